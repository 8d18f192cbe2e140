/* What stands where in a row of WIDTH words: of `groups` of cells that are looked at as one word (a
   process's variables are one node). */

/* What a step writes to a word of a row, made ready: so it is done again. */
struct write { W place, mask, bits; };
static struct write writing(int g, W word) {
    const struct group *of = &groups[g];
    return (struct write){of->place, of->mask, code_of(g, word) << of->shift};
}
static inline uint64_t written_to(W *row, uint64_t hash, const struct write *one) {
    W was = row[one->place], is = (was & ~one->mask) | one->bits;
    row[one->place] = is;
    return hash + coefficients[one->place] * ((uint64_t)is - was);
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
