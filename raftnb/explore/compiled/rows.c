/* Rows, and the table of those that were met. Before this text stand, made from the specification:

   CELLS and WIDTH, the words of a state and of its row; `groups`, which cells make which word of a
   row (a process's variables are one node), and `group_of`. */

static W *rows, *parents;
static W *table; /* of each state: its number plus one, and what is left of its hash */
static int table_bits;
static size_t most_states, states_n;
static uint64_t coefficients[WIDTH + 1];
static W before_step[CELLS], after_step[CELLS], base_row[WIDTH];

/* A hash is a sum over the words, so that a step changes it by what it changes. */

static void draw_coefficients(void) {
    uint64_t x = 0;
    for (int g = 0; g < WIDTH; g++) {
        uint64_t z = x += 0x9E3779B97F4A7C15u;
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u, z = (z ^ z >> 27) * 0x94D049BB133111EBu;
        coefficients[g] = (z ^ z >> 31) | 1;
    }
}

static uint64_t hash_of_row(const W *row) {
    uint64_t hash = 0;
    for (int g = 0; g < WIDTH; g++) hash += coefficients[g] * row[g];
    return hash;
}

static inline void replace(W *row, uint64_t *hash, int g, W then) {
    *hash += coefficients[g] * ((uint64_t)then - row[g]);
    row[g] = then;
}

static inline void pack_group(W *into, const W *from, int g) {
    int first = groups[g].first, n = groups[g].n;
    into[g] = n == 1 ? from[first] : node(TUPLE, n, from + first);
}

static void pack_all(W *into, const W *from) {
    for (int g = 0; g < WIDTH; g++) pack_group(into, from, g);
}

static void unpack(W *into, const W *from) {
    for (int g = 0; g < WIDTH; g++) {
        int first = groups[g].first, n = groups[g].n;
        if (n == 1) into[first] = from[g];
        else memcpy(into + first, at(from[g]), n * sizeof(W));
    }
}

/* The table. An entry's low bits are a number, the others those of the hash that its place does not
   tell; so a row is fetched from memory only to be found equal, or once in many times. */

#define GROWS_AT(size) ((size) / 8 * 5)
#define AHEAD 24 /* so much earlier a place is fetched from memory */

static inline size_t first_place(uint64_t hash) { return hash >> (64 - table_bits); }
static inline W entry_of(uint64_t hash, uint64_t number) {
    return (W)((hash >> 32 << table_bits) | (number + 1));
}
static inline W number_bits(void) { return (W)((1ull << table_bits) - 1); }
static inline size_t number_in(W entry) { return (entry & number_bits()) - 1; }
static inline int may_be(W entry, uint64_t hash) {
    return (entry & ~number_bits()) == (W)(hash >> 32 << table_bits);
}

static inline int same_row(const W *a, const W *b) {
    W differ = 0;
    for (int g = 0; g < WIDTH; g++) differ |= a[g] ^ b[g];
    return !differ;
}

static void grow_table(void) {
    W *old = table;
    size_t size = (size_t)1 << table_bits;
    if (table_bits == 32) no_room();
    table = reserve(2 * size * sizeof(W));
    if (!table) {
        table = old;
        no_room();
    }
    table_bits++;
    for (size_t i = 0; i < states_n; i++) {
        uint64_t hash = hash_of_row(rows + i * WIDTH);
        if (i + AHEAD < states_n)
            __builtin_prefetch(table + first_place(hash_of_row(rows + (i + AHEAD) * WIDTH)), 1);
        size_t j = first_place(hash);
        while (table[j]) j = (j + 1) & (2 * size - 1);
        table[j] = entry_of(hash, i);
    }
    munmap(old, size * sizeof(W));
}

/* Where a row stands in the table, or the empty place for it. */
static inline size_t place_of(const W *wanted, uint64_t hash) {
    size_t i = first_place(hash);
    for (; table[i]; i = (i + 1) & number_bits())
        if (may_be(table[i], hash) && same_row(rows + number_in(table[i]) * WIDTH, wanted)) break;
    return i;
}

static void add(const W *new_row, uint64_t hash, size_t place, W parent) {
    memcpy(rows + states_n * WIDTH, new_row, WIDTH * sizeof(W));
    parents[states_n] = parent;
    table[place] = entry_of(hash, states_n);
    if (++states_n > GROWS_AT((size_t)1 << table_bits)) grow_table();
}
