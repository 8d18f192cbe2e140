/* What stands where in a row of WIDTH words: of `groups` of cells that are looked at as one word (a
   process's variables are one node). */

/* A group of few values has a few bits of a word, for which of them it is: from the `lowest` on, those
   with the same low bits, and perhaps None. A word that is none of these is too large for them, and
   rows are to be made wider. */

static inline W code_of(int g, W word) {
    const struct group *of = &groups[g];
    W code = word - of->lowest;
    code = code >> of->low_bits | code << (-of->low_bits & 31); /* low bits make it large */
    if (__builtin_expect(code <= of->most, 1)) return code;
    if (!of->or_none || word != NONE) too_wide();
    return of->most + 1;
}

static inline W word_in(const W *row, int g) {
    const struct group *of = &groups[g];
    W code = (row[of->place] & of->mask) >> of->shift;
    return of->or_none && code > of->most ? NONE : (code << of->low_bits) + of->lowest;
}

/* Another word for a group of a row; gives the hash of that. */
static inline uint64_t replaced(W *row, uint64_t hash, int g, W then) {
    const struct group *of = &groups[g];
    W was = row[of->place], is = (was & ~of->mask) | code_of(g, then) << of->shift;
    row[of->place] = is;
    return hash + coefficients[of->place] * ((uint64_t)is - was);
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
