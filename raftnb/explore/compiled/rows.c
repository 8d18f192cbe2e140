/* Rows, and the table of those that were met. Before this text stand, made from the specification:

   CELLS, the words of a state; `groups`, which cells are looked at as one word (a process's variables
   are one node), and where it stands in a row of WIDTH words; and `group_of`. */

static struct growing row_array, parent_array;
static W *rows, *parents;
static W *table; /* of each state: its number plus one, and what is left of its hash */
static int table_bits, most_bits = 32;
static size_t most_states, states_n;
static size_t oldest;  /* the first state that is in the table, as all after it are */
static size_t settled; /* from here on, states may be some of those before the oldest again */
static uint64_t coefficients[WIDTH + 1];
static W before_step[CELLS], after_step[CELLS], base_row[WIDTH];
static W base[GROUPS + 1]; /* of each group, and a zero */

/* A hash is a sum over the words, so that a step changes it by what it changes. */

static void draw_coefficients(void) {
    uint64_t x = 0;
    for (int i = 0; i < WIDTH; i++) {
        uint64_t z = x += 0x9E3779B97F4A7C15u;
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u, z = (z ^ z >> 27) * 0x94D049BB133111EBu;
        coefficients[i] = (z ^ z >> 31) | 1;
    }
}

static uint64_t hash_of_row(const W *row) {
    uint64_t hash = 0;
    for (int i = 0; i < WIDTH; i++) hash += coefficients[i] * row[i];
    return hash;
}

/* A group of few values has a few bits of a word, for which of them it is: from the `lowest` on, and
   perhaps None. A word that is none of these is too large for them, and rows are to be made wider. */

static inline W code_of(int g, W word) {
    const struct group *of = &groups[g];
    W code = word - of->lowest;
    if (code <= of->largest - of->or_none) return code;
    if (!of->or_none || word != NONE) too_wide();
    return of->largest;
}

static inline W word_in(const W *row, int g) {
    const struct group *of = &groups[g];
    W code = row[of->place] >> of->shift & of->largest;
    return of->or_none && code == of->largest ? NONE : code + of->lowest;
}

static inline void replace(W *row, uint64_t *hash, int g, W then) {
    const struct group *of = &groups[g];
    W was = row[of->place], is = (was & ~(of->largest << of->shift)) | code_of(g, then) << of->shift;
    *hash += coefficients[of->place] * ((uint64_t)is - was);
    row[of->place] = is;
}

static inline W group_in(const W *cells, int g) {
    int first = groups[g].first, n = groups[g].n;
    return n == 1 ? cells[first] : node(TUPLE, n, cells + first);
}

static void pack(W *row, const W *from) {
    memset(row, 0, WIDTH * sizeof(W));
    for (int g = 0; g < GROUPS; g++)
        row[groups[g].place] |= code_of(g, group_in(from, g)) << groups[g].shift;
}

/* A word of a group, as the cells of it. */
static inline void spread_out(W *into, int g, W word) {
    int first = groups[g].first, n = groups[g].n;
    if (n == 1) into[first] = word;
    else memcpy(into + first, at(word), n * sizeof(W));
}

static void unpack(W *into, const W *row) {
    for (int g = 0; g < GROUPS; g++) spread_out(into, g, word_in(row, g));
}

/* The table. An entry's low bits are a number, from the oldest on, the others those of the hash that
   its place does not tell; so a row is fetched only to be found equal, or once in many times. */

#define GROWS_AT(bits) (((size_t)1 << (bits)) / 8 * 5)
#define AHEAD 24 /* so much earlier a place is fetched from memory */

static inline size_t first_place(uint64_t hash) { return hash >> (64 - table_bits); }
static inline W number_bits(void) { return (W)((1ull << table_bits) - 1); }
static inline W entry_of(uint64_t hash, uint64_t state) {
    return (W)((hash >> 32 << table_bits) | (state - oldest + 1));
}
static inline size_t state_of(W entry) { return (entry & number_bits()) - 1 + oldest; }
static inline const W *row_at(size_t state) { return rows + state * WIDTH; }
static inline int may_be(W entry, uint64_t hash) {
    return (entry & ~number_bits()) == (W)(hash >> 32 << table_bits);
}

static inline int same_row(const W *a, const W *b) {
    W differ = 0;
    #pragma GCC unroll 8
    for (int i = 0; i < WIDTH; i++) differ |= a[i] ^ b[i];
    return !differ;
}

static inline void look_ahead(size_t state, size_t end) {
    if (state < end) __builtin_prefetch(table + first_place(hash_of_row(row_at(state))), 1);
}

/* A table with so many bits of the states from one on. */
static void index_states(int bits, size_t from) {
    W *made = bits > 32 ? 0 : reserve(sizeof(W) << bits);
    if (!made) no_room();
    munmap(table, sizeof(W) << table_bits);
    table = made, table_bits = bits, oldest = from;
    for (size_t i = oldest; i < states_n; i++) {
        uint64_t hash = hash_of_row(row_at(i));
        look_ahead(i + AHEAD, states_n);
        size_t j = first_place(hash);
        while (table[j]) j = (j + 1) & number_bits();
        table[j] = entry_of(hash, i);
    }
}

/* Where a row stands in the table, or the empty place for it. */
static inline size_t place_of(const W *wanted, uint64_t hash) {
    size_t i = first_place(hash);
    for (; table[i]; i = (i + 1) & number_bits())
        if (may_be(table[i], hash) && same_row(row_at(state_of(table[i])), wanted)) break;
    return i;
}

static void add(const W *new_row, uint64_t hash, size_t place, W parent) {
    make_room(&row_array, (states_n + 1) * WIDTH), make_room(&parent_array, states_n + 1);
    memcpy(rows + states_n * WIDTH, new_row, WIDTH * sizeof(W));
    parents[states_n] = parent;
    table[place] = entry_of(hash, states_n);
    if (++states_n - oldest > GROWS_AT(table_bits) && table_bits < most_bits)
        index_states(table_bits + 1, oldest);
}

/* Where the table may not grow any more, it forgets its older states. A state that is met again
   after that is taken for new at first. Before such states are expanded, all that was forgotten is
   read once, in order, and what it has is taken out (Stern and Dill, Using magnetic disk instead of
   main memory in the Mur-phi verifier, 1998). So states have the numbers that they always have. */

#define READ_AT_ONCE (1 << 18)

static inline int is_table_full(void) { return states_n - oldest >= GROWS_AT(most_bits); }

/* Mark which of the states that are not settled were met before; how many. */
static size_t mark_again(unsigned char *again) {
    size_t found = 0;
    for (size_t i = 0; i < oldest; i++) {
        if (i % READ_AT_ONCE == 0) fetch(&row_array, i * WIDTH, (i + 2 * READ_AT_ONCE) * WIDTH);
        look_ahead(i + AHEAD, oldest);
        W entry = table[place_of(row_at(i), hash_of_row(row_at(i)))];
        if (entry) again[state_of(entry) - settled] = 1, found++;
    }
    return found;
}

/* Take them out; `noted` are numbers of states, one more than each, that are known elsewhere. */
static void take_out(const unsigned char *again, W **noted) {
    size_t kept = settled;
    for (size_t i = settled; i < states_n; i++) {
        for (W **number = noted; *number; number++)
            if (**number == i + 1) **number = (W)kept + 1;
        if (again[i - settled]) continue;
        memmove(rows + kept * WIDTH, row_at(i), WIDTH * sizeof(W));
        parents[kept++] = parents[i];
    }
    states_n = kept;
    index_states(table_bits, oldest);
}

static void settle_states(W **noted) {
    if (oldest && settled < states_n) {
        unsigned char *again = reserve(states_n - settled);
        if (!again) no_room();
        size_t n = states_n - settled, found = mark_again(again);
        if (found) take_out(again, noted);
        munmap(again, n);
    }
    settled = states_n;
}

/* Once all are settled, the table may forget those that were met first. */
static void forget_states(void) {
    size_t kept = GROWS_AT(most_bits) / 2;
    if (states_n - oldest > kept) index_states(table_bits, states_n - kept);
}

static int is_among_the_forgotten(const W *row) {
    for (size_t i = 0; i < oldest; i++)
        if (same_row(row_at(i), row)) return 1;
    return 0;
}
