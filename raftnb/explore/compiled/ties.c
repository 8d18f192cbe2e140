/* Members that are marked alike.

   Those that are no twins are marked anew by how they are mentioned together with members of each mark
   (color refinement). Where that does not tell them apart, each in turn is put first, which gives a tree;
   of its leaves, the one with the least *trace* (what refinement saw on the way) and the least row is taken.
   A node whose trace is greater than that on the way to the best leaf is left out. Of two leaves with the
   same row, a permutation that changes nothing leads from one to the other (an automorphism), and from
   all that is below one to what is below the other, where the ways to them part: of members that such
   permutations lead to each other, one alone is put first (McKay, Practical graph isomorphism, 1981). */

/* A row, as the words of its groups and the marks of all members. */
struct marked { V sum; W own[LANES], words[ALL_GROUPS]; const struct sight *sights[ALL_GROUPS]; };
static int first_at[ROW], next_at[ALL_GROUPS]; /* of each word of a row its groups, and one more; or 0 */

static inline V weights(int g) {
    V found;
    memcpy(&found, weights_of[g], sizeof found);
    return found;
}

static inline W renamed_word(const struct marked *row, int g, const struct permutation *p) {
    W word = row->words[g];
    return word & NODE ? renamed_seen(word, row->sights[g], p, g == KEPT) : renamed_plain(word, p);
}

static inline int moved_group(int g, const struct permutation *p) {
    const struct moving *of = &moving[g];
    return where[of->kind][p->to[of->first]][p->to[of->second]];
}

/* The row in which each member has come to its place. Groups that change places hold the same values. */
static void row_of(const struct marked *row, const struct permutation *p, W *into) {
    for (int i = 0; i < ROW; i++) into[i] = 0;
    #pragma GCC unroll 8
    for (int g = 0; g < ALL_GROUPS; g++) {
        const struct group *to = &groups[moved_group(g, p)];
        into[to->place] |= code_of(g, renamed_word(row, g, p)) << to->shift;
    }
}

/* Which member comes to each place, and of each member the first place of those that are like it. */
struct arranged { unsigned char at[MEMBERS], color[MEMBERS]; };

/* Sort the members of each place's color by these marks; whether colors are told apart by it. */
static inline int sort_members(struct arranged *a, const uint64_t *marks) {
    int several = 0;
    for (int start = 0, stop; start < MEMBERS; start = stop) {
        int color = a->color[a->at[start]];
        for (stop = start + 1; stop < MEMBERS && a->color[a->at[stop]] == color; stop++) {
            int i = stop;
            unsigned char m = a->at[i];
            for (; i > start && marks[a->at[i - 1]] > marks[m]; i--) a->at[i] = a->at[i - 1];
            a->at[i] = m;
        }
        for (int i = start + 1, first = start; i < stop; i++) {
            if (marks[a->at[i]] != marks[a->at[i - 1]]) first = i, several = 1;
            a->color[a->at[i]] = (unsigned char)first;
        }
    }
    return several;
}

/* The arrangement of a permutation by marks: those with equal marks are alike. */
static void arrange(const struct marked *row, const struct permutation *p, struct arranged *a) {
    for (int m = 0; m < MEMBERS; m++) a->at[p->to[m]] = (unsigned char)m;
    for (int i = 0, first = 0; i < MEMBERS; i++) {
        int m = a->at[i], before = i ? a->at[i - 1] : m;
        if (domain_of[m] != domain_of[before] || row->own[m] != row->own[before] ||
            row->sum[m] >> 8 != row->sum[before] >> 8) first = i;
        a->color[m] = (unsigned char)first;
    }
}

/* Twins: two members whose swap leaves the row as it is. Of each member the first twin is noted. */

static int are_twins(const struct marked *row, int a, int b) {
    const struct permutation *swap = &swaps[a][b];
    for (int g = 0; g < ALL_GROUPS; g++)
        if (renamed_word(row, g, swap) != row->words[moved_group(g, swap)]) return 0;
    return 1;
}

/* Whether all members that are alike are twins. */
static int note_twins(const struct marked *row, const struct arranged *a, unsigned char *twin) {
    int all = 1;
    for (int i = 0; i < MEMBERS; i++) {
        int m = a->at[i], first = a->color[m];
        twin[m] = (unsigned char)m;
        for (int j = first; j < i && twin[m] == m; j++)
            if (twin[a->at[j]] == a->at[j] && are_twins(row, a->at[j], m)) twin[m] = a->at[j];
        all &= i == first || twin[m] == twin[a->at[first]];
    }
    return all;
}

/* What is known while members are told apart. At each depth of the tree: the trace of the node on the way to
   the best leaf, who is put first, and who was for the best leaf; of each member, a name that it has
   in common with those to whom permutations lead it that change neither the row nor who was put first
   before. */
struct untold {
    const struct marked *row;
    const unsigned char *twin;
    V seen[MEMBERS];
    uint64_t traces[MEMBERS];
    int traced, found; /* so many traces are known; whether there is a best leaf */
    unsigned char way[MEMBERS], best_way[MEMBERS], orbits[MEMBERS][MEMBERS];
    W *best;
    struct permutation how;
};

/* How a row mentions each two members. What moves with one of them weighs otherwise with the other. */
static void look_at_pairs(struct untold *of) {
    memset(of->seen, 0, sizeof of->seen);
    for (int g = 0; g < ALL_GROUPS; g++)
        for (int m = 0; m < MEMBERS; m++) {
            V marks = weights(g) * marks_of(of->row->words[g], m, g == KEPT);
            of->seen[m] += marks * (weights_of[g][m] * 2 + (m == moving[g].first ? 5 : 3));
        }
}

static inline uint64_t mixed(uint64_t h) {
    h ^= h >> 32, h *= 0xD6E8FEB86659FD93u;
    return h ^ h >> 32;
}

/* Mark members by the colors of those with whom they are mentioned, until that tells no more. The trace
   of that: a hash that permutations do not change. */
static uint64_t refine(const struct untold *of, struct arranged *a) {
    uint64_t marks[MEMBERS], trace = 0;
    do {
        V colors;
        for (int m = 0; m < MEMBERS; m++) colors[m] = a->color[m] + 1;
        for (int m = 0; m < MEMBERS; m++) {
            V each = stirred(of->seen[m] ^ stirred(colors));
            marks[m] = 0;
            for (int k = 0; k < MEMBERS; k++) marks[m] += k == m ? 0 : each[k];
        }
    } while (sort_members(a, marks));
    for (int m = 0; m < MEMBERS; m++) trace += mixed(marks[m] ^ (uint64_t)a->color[m] << 56);
    return trace;
}

/* The first of several places whose members are alike and not all twins; MEMBERS if there is none. */
static int undecided(const struct untold *of, const struct arranged *a) {
    for (int i = 1; i < MEMBERS; i++) {
        int first = a->color[a->at[i]];
        if (first < i && of->twin[a->at[i]] != of->twin[a->at[first]]) return first;
    }
    return MEMBERS;
}

/* Whether the node of this trace leads to no leaf as good as the best. If it is better, that one is
   forgotten, and what was known beyond this depth. */
static int is_worse(struct untold *of, int depth, uint64_t trace) {
    if (depth < of->traced && trace >= of->traces[depth]) return trace > of->traces[depth];
    of->traces[depth] = trace, of->traced = depth + 1, of->found = 0;
    return 0;
}

/* The order of rows is that of values: where nodes are differs from one process to the next. */
static int is_less(const W *a, const W *b) {
    int i = 0;
    while (i < ROW - 1 && a[i] == b[i]) i++;
    int g = first_at[i] - 1;
    return groups[g].mask == 0xffffffffu ? before(word_in(a, g), word_in(b, g)) : a[i] < b[i];
}

/* Note the automorphism that leads from the best leaf to this one; the depth where the ways to them part. */
static int note_automorphism(struct untold *of, const struct arranged *leaf) {
    int parting = 0;
    while (of->way[parting] == of->best_way[parting]) parting++;
    for (int depth = 0; depth <= parting; depth++) {
        unsigned char *name = of->orbits[depth];
        for (int m = 0; m < MEMBERS; m++) {
            int one = name[m], other = name[leaf->at[of->how.to[m]]];
            for (int k = 0; k < MEMBERS; k++) if (name[k] == other) name[k] = (unsigned char)one;
        }
    }
    return parting;
}

/* A leaf: no two members are alike but twins. Gives the depth to go on at. */
static int take_leaf(struct untold *of, const struct arranged *a, int depth) {
    W tried[ROW];
    struct permutation how;
    for (int i = 0; i < MEMBERS; i++) how.to[a->at[i]] = (unsigned char)i;
    permute(&how);
    row_of(of->row, &how, tried);
    if (of->found && !memcmp(tried, of->best, sizeof tried)) return note_automorphism(of, a);
    if (of->found && is_less(of->best, tried)) return depth;
    memcpy(of->best, tried, sizeof tried), memcpy(of->best_way, of->way, sizeof of->way);
    of->how = how, of->found = 1;
    return depth;
}

/* With one of those that are alike put first, from which the others of them are told apart. */
static struct arranged with_first(const struct arranged *a, int first, int i) {
    struct arranged b = *a;
    b.at[first] = a->at[i], b.at[i] = a->at[first];
    for (int j = first + 1; j < MEMBERS && a->color[a->at[j]] == first; j++)
        b.color[b.at[j]] = (unsigned char)(first + 1);
    return b;
}

/* Whether a permutation that changes nothing leads from one that was put first to this one. */
static inline int is_led_to(const unsigned char *orbit, const struct arranged *a, int first, int i) {
    for (int tried = first; tried < i; tried++)
        if (orbit[a->at[tried]] == orbit[a->at[i]]) return 1;
    return 0;
}

/* Put each of those that are alike first, but one alone of those led to each other. Gives the depth to go
   on at: what is left to try below it is known. */
static int tell_apart(struct untold *of, struct arranged a, int depth) {
    uint64_t trace = refine(of, &a);
    int first = undecided(of, &a);
    if (is_worse(of, depth, mixed(trace + (uint64_t)first))) return depth;
    if (first == MEMBERS) return take_leaf(of, &a, depth);
    memcpy(of->orbits[depth], of->twin, MEMBERS);
    for (int i = first; i < MEMBERS && a.color[a.at[i]] == first; i++) {
        if (is_led_to(of->orbits[depth], &a, first, i)) continue;
        of->way[depth] = a.at[i];
        int next = tell_apart(of, with_first(&a, first, i), depth + 1);
        if (next < depth) return next;
    }
    return depth;
}

/* The row for which no two members are told apart yet that are no twins. */
static __attribute__((noinline)) void search_least(
    const struct marked *row, const struct arranged *a, const unsigned char *twin, W *into,
    struct permutation *how) {
    struct untold of;
    of.row = row, of.best = into, of.twin = twin, of.traced = of.found = 0;
    look_at_pairs(&of);
    tell_apart(&of, *a, 0);
    *how = of.how;
}
