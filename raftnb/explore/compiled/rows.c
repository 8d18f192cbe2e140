/* What stands where in a row of WIDTH words: of `groups` of cells that are looked at as one word (a
   process's variables are one node). */

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
