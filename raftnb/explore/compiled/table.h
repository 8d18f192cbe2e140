/* Rows, the table of those that were met, and that of outcomes: what a search has in memory. */

#pragma GCC visibility push(hidden)

extern W *rows, *parents;
extern W *table; /* of each state: its number plus one, and what is left of its hash */
extern int table_bits, most_bits, table_shift; /* of a hash, for a place */
extern W number_bits; /* of an entry */
extern size_t most_states, states_n;
extern size_t oldest;  /* the first state that is in the table, as all after it are */
extern size_t settled; /* from here on, states may be some of those before the oldest again */

void add(const W *row, uint64_t hash, size_t place, W parent);
void settle_states(W **noted);
void settle(void); /* of the search (search.c), as this: */
int open_successors(void);
void close_successors(void);
void forget_states(void);

/* What may be among the forgotten (gathered.c). */
int gather(const W *row, uint64_t hash);
int is_gathered(const W *row, uint64_t hash);
int is_of_the_forgotten(const W *row, uint64_t hash);
void look_among_the_forgotten(void);
void drop_gathered(void);
void close_gathered(void);

/* A hash is a sum over the words, so that a step changes it by what it changes. */

static inline uint64_t hash_of_row(const W *row) {
    uint64_t hash = 0;
    for (int i = 0; i < WIDTH; i++) hash += coefficients[i] * row[i];
    return hash;
}

/* The table. An entry's low bits are a number, from the oldest on, the others those of the hash that
   its place does not tell; so a row is fetched only to be found equal, or once in many times. */

#define GROWS_AT(bits) (((size_t)1 << (bits)) / 8 * 5)

static inline size_t first_place(uint64_t hash) { return hash >> table_shift; }
static inline W entry_of(uint64_t hash, uint64_t state) {
    return ((W)hash & ~number_bits) | (W)(state - oldest + 1);
}
static inline size_t state_of(W entry) { return (entry & number_bits) - 1 + oldest; }
static inline const W *row_at(size_t state) { return rows + state * WIDTH; }
static inline int may_be(W entry, uint64_t hash) { return !((entry ^ (W)hash) & ~number_bits); }

static inline int same_row(const W *a, const W *b) {
    int i = 0;
    do if (a[i] != b[i]) return 0; while (++i < WIDTH);
    return 1;
}

/* Where a row stands in the table, or the empty place for it. */
static inline size_t place_in_table(const W *wanted, uint64_t hash) {
    size_t i = first_place(hash);
    for (; table[i]; i = (i + 1) & number_bits)
        if (may_be(table[i], hash) && same_row(row_at(state_of(table[i])), wanted)) break;
    return i;
}

/* From memory beforehand: that place, and then the row that it may be equal to. gcc takes out calls
   of functions that do no more. */
#define INLINE inline __attribute__((always_inline))
static INLINE void fetch_place(uint64_t hash) { __builtin_prefetch(table + first_place(hash)); }
static INLINE void fetch_row(uint64_t hash) {
    W entry = table[first_place(hash)];
    if (entry && may_be(entry, hash)) __builtin_prefetch(row_at(state_of(entry)));
}

/* Where rows are one word of few bits and one process has all of them in memory, the table is a bit
   for each such word instead, at the place that it says. */
extern int of_bits;
static inline size_t place_of(const W *wanted, uint64_t hash) {
    return of_bits ? *wanted : place_in_table(wanted, hash);
}
static inline int is_taken(size_t place) {
    return of_bits ? table[place / 32] >> place % 32 & 1 : table[place] != 0;
}

static inline int is_table_full(void) { return states_n - oldest >= GROWS_AT(most_bits); }

/* The outcomes of a slot (outcomes.c), by the words that it depends on, and the message. */

struct key { uint64_t low, high; };
struct kept { struct key key; W slot; uint32_t n; size_t first; };
extern struct kept *kept; /* a hash table */
extern size_t kept_size, kept_n;
extern char *notes;
extern size_t notes_used, notes_size;
extern size_t most_for_outcomes; /* bytes, where states go to a folder */
#define FIRST_KEPT (1 << 8)
#define ROOM_FOR_NOTES (1 << 16)

void grow_kept(void);
void forget_outcomes(void);
static inline size_t outcomes_take(void) { return kept_size * sizeof *kept + notes_used; }

/* A product's bits depend on those below them, and words may differ in their upper ones alone. */
static inline uint64_t hash_of_key(struct key key, W slot) {
    uint64_t h = (key.low + slot * 0xA0761D6478BD642Fu) * 0x9E3779B97F4A7C15u;
    h = ((h ^ h >> 32) + key.high) * 0xD6E8FEB86659FD93u;
    return h ^ h >> 32;
}

/* What is seen of the states that were met, in a model that is `viewed`. */

extern W *views;
size_t place_of_view(W seen);
void note_view(W seen);

#pragma GCC visibility pop
