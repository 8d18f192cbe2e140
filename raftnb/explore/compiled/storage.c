/* What a search takes of memory and disk, and how it is put down and taken up. Every function that
   Python calls gives FAILED or FULL where it cannot be. */

#define ON_STACK (1 << 22) /* words */

/* With a folder (its descriptor, or -1), a quarter of the memory is for outcomes, half for the table
   and the rows of the states that are in it, which were met last. */
static void share_out(size_t bytes) {
    size_t each = 8 + sizeof(W) * WIDTH; /* with a table of half the size while it grows */
    most_for_outcomes = bytes / 4;
    for (most_bits = 4; most_bits < 32 && (each << (most_bits + 1)) <= bytes / 2;) most_bits++;
}

int start(size_t bytes, size_t states, int in) {
    size_t arena_size = (in < 0 ? bytes : SIZE_MAX) / sizeof(W);
    folder = in;
    most_states = states < 0xfffffff0u ? states : 0xfffffff0u;
    if (in >= 0) share_out(bytes);
    else if (most_states > 0x9ffffff0u) most_states = 0x9ffffff0u; /* what a table of 2^32 holds */
    of_bits = in < 0 && ROW_BITS && (size_t)1 << ROW_BITS <= bytes; /* it takes an eighth of that */
    set_bits(of_bits ? ROW_BITS - 5 : first_bits()); /* words of 32 of them */
    nodes_size = 1 << 12, kept_size = FIRST_KEPT;
    notes_size = bytes / 4 + 2 * ROOM_FOR_NOTES;
    draw_coefficients();
    arena = open_array(&arena_array, "values", arena_size < NODE ? arena_size : NODE);
    rows = open_array(&row_array, "rows", (most_states + 1) * WIDTH);
    parents = open_array(&parent_array, "parents", most_states + 1);
    stack = top = reserve(ON_STACK * sizeof(W));
    nodes = reserve(nodes_size * sizeof(W));
    table = reserve(sizeof(W) << table_bits);
    kept = reserve(kept_size * sizeof *kept);
    notes = reserve(notes_size);
    views_size = VIEWED ? 1 << 12 : 0;
    if (VIEWED && !(views = no_views(views_size))) return FAILED;
    if (!open_successors()) return FAILED;
    if (!arena || !rows || !parents || !stack || !nodes || !table || !kept || !notes) return FAILED;
    stack_end = stack + ON_STACK, result.depth = 1;
    return MORE;
}

/* A run that was stopped is taken up. The files are to have the sums that were noted with it. */

uint64_t sum_of(int array, size_t from, size_t to, uint64_t sum) {
    const W *words[] = {arena, rows, parents};
    return summed(words[array], from, to, sum);
}

int take_up(size_t values, size_t states) {
    if (setjmp(on_failure)) return FULL;
    size_t size = nodes_size;
    arena_used = values, states_n = settled = result.states = states;
    while (size < values) size *= 2;
    index_nodes(size);
    int bits = bits_for(states);
    size_t most = GROWS_AT(bits);
    index_states(bits, states > most ? states - most / 2 : 0);
    return MORE;
}

/* All that was met is settled, and on the disk; nonzero if it cannot be written. */
int put_down(void) {
    return is_written(&arena_array, arena_used) || is_written(&row_array, states_n * WIDTH) ||
           is_written(&parent_array, states_n);
}

/* Before the states are looked at from outside. */
int look(void) {
    if (setjmp(on_failure)) return FULL;
    settle();
    if (!result.next) result.level_end = result.states;
    return MORE;
}

/* The word of a value that is made outside, perhaps while this waits for it (instances.c); NONE
   where there is no room for it. */
W made(W rank, W n, const W *words) {
    jmp_buf elsewhere;
    volatile W found = NONE;
    memcpy(elsewhere, on_failure, sizeof elsewhere);
    if (!setjmp(on_failure)) found = node(rank, n, words);
    memcpy(on_failure, elsewhere, sizeof elsewhere);
    return found;
}

size_t memory(void) {
    size_t tables = (nodes_size + views_size) * sizeof(W) + (sizeof(W) << table_bits) + outcomes_take() +
                    also_taken;
    if (folder >= 0) return tables + (states_n - oldest) * WIDTH * sizeof(W);
    return tables + (arena_used + states_n * (WIDTH + 1)) * sizeof(W);
}
size_t width(void) { return WIDTH; } /* words of a row */
W parent_of(uint32_t state) { return parents[state]; }
const W *arena_of(void) { return arena; }
size_t arena_words(void) { return arena_used; }
size_t known(void) { return states_n - oldest; } /* the states that are in the table */

void finish(void) {
    close_array(&arena_array), close_array(&row_array), close_array(&parent_array);
    close_successors(), close_gathered();
    munmap(stack, ON_STACK * sizeof(W));
    munmap(nodes, nodes_size * sizeof(W));
    munmap(table, sizeof(W) << table_bits);
    munmap(kept, kept_size * sizeof *kept);
    munmap(notes, notes_size);
    if (VIEWED) munmap(views, views_size * sizeof(W));
}
