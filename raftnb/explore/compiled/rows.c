/* What stands where in a row of WIDTH words: of `groups` of cells that are looked at as one word (a
   process's variables are one node). */

static inline W group_in(const W *cells, int g) {
    int first = groups[g].first, n = groups[g].n;
    return n == 1 ? cells[first] : node(TUPLE, n, cells + first);
}

static void pack(W *row, const W *from) {
    for (int i = 0; i < WIDTH; i++) row[i] = 0;
    for (int g = 0; g < GROUPS; g++)
        row[groups[g].place] |= code_of(g, group_in(from, g)) << groups[g].shift;
}
