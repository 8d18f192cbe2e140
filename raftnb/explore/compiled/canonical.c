/* One row for all the states that differ by a permutation of interchangeable members. Before this
   text stand, made from the specification (symmetric.py): MEMBERS, LANES, DOMAINS and `domains`,
   `domain_of`; of each group `moving` (with whom it moves, or with NOBODY), `where`, and its
   `weights_of`; KEPT, the group of messages in flight that are kept, or -1.

   Permutations are not listed. Each member gets a mark from how the state mentions it, with all other
   members' names left aside (marks.c), so that a permutation moves the marks along with the members;
   those of a domain are sorted by their marks. Of members with equal marks, *twins* can change places
   with nothing changed. Others are told apart in ties.c. */

/* The row that is expanded, from which its successors differ little. */
static struct marked near;
static struct sight near_sights[ALL_GROUPS], changed_sights[ALL_GROUPS]; /* of its words, of others */
static W near_row[ROW];

/* What is known of a word of a group; of one that is no node, its marks alone. */
static inline void see_word(struct sight *into, W word, int g) {
    if (word & NODE) *into = *sight_of(word, g == KEPT);
    else into->marks = marks_of_plain(word, -1);
}

static inline void weigh(struct marked *row, int g, V marks) {
    const struct moving *of = &moving[g];
    if (of->is_weighed) marks *= weights(g);
    row->sum += marks;
    if (of->first < NOBODY) row->own[of->first] += marks[of->first];
}

static void prepare(void) {
    make_swaps();
    for (int g = 0; g < ALL_GROUPS; g++)
        next_at[g] = first_at[groups[g].place], first_at[groups[g].place] = g + 1;
}

void look_at_row(const W *row) {
    if (!swaps[0][0].packed) prepare();
    memset(&near, 0, sizeof near);
    memcpy(near_row, row, sizeof near_row);
    for (int g = 0; g < ALL_GROUPS; g++) {
        near.words[g] = word_in(row, g);
        see_word(&near_sights[g], near.words[g], g);
        near.sights[g] = &near_sights[g];
        weigh(&near, g, near_sights[g].marks);
    }
}

static inline void look_near(struct marked *row, const W *from) {
    *row = near;
    for (int i = 0; i < ROW; i++) {
        if (from[i] == near_row[i]) continue;
        for (int next = first_at[i]; next; next = next_at[next - 1]) {
            int g = next - 1;
            W word = word_in(from, g);
            if (word == near.words[g]) continue;
            see_word(&changed_sights[g], word, g);
            row->words[g] = word, row->sights[g] = &changed_sights[g];
            weigh(row, g, changed_sights[g].marks - near_sights[g].marks);
        }
    }
}

/* Sort members by their marks, in words of 64 bits: the domain, the mark, the member. Each pair is
   compared, since what cannot be foreseen costs a processor more than that. Whether two are alike. */
static inline int sort_by_marks(const struct marked *row, struct permutation *p) {
    uint64_t keys[MEMBERS];
    int alike = 0;
    #pragma GCC unroll 8
    for (int m = 0; m < MEMBERS; m++) {
        uint64_t mark = (uint64_t)row->own[m] << 32 | row->sum[m];
        keys[m] = (uint64_t)domain_of[m] << 60 | mark >> 8 << 4 | m;
        p->to[m] = 0;
    }
    #pragma GCC unroll 8
    for (int m = 1; m < MEMBERS; m++)
        #pragma GCC unroll 8
        for (int k = 0; k < m; k++) {
            int turned = keys[m] < keys[k];
            p->to[k] += turned, p->to[m] += !turned;
            alike |= (keys[m] ^ keys[k]) < 16;
        }
    permute(p);
    return alike;
}

/* The row that stands for all permutations of one that is near; the permutation that leads to it. */
static void canonical_near(const W *from, W *into, struct permutation *how) {
    struct marked row;
    struct arranged a;
    unsigned char twin[MEMBERS];
    look_near(&row, from);
    int alike = sort_by_marks(&row, how);
    if (alike) arrange(&row, how, &a);
    if (alike && !note_twins(&row, &a, twin)) search_least(&row, &a, twin, into, how);
    else if (how->moved) row_of(&row, how, into);
    else for (int i = 0; i < ROW; i++) into[i] = from[i];
}

void make_canonical(W *met, W *row, uint64_t *hash) {
    struct permutation how;
    for (int i = 0; i < ROW; i++) met[i] = row[i];
    canonical_near(met, row, &how);
    if (how.moved) *hash = hash_of_row(row);
}

/* For Python: the row of a state's canonical form as the words of its cells, and where members go. */
int canonical_of(const W *cells, W *into, unsigned char *to) {
    static W given[ROW], found[ROW];
    struct permutation how;
    top = stack;
    if (setjmp(on_failure)) return FAILED;
    pack(given, cells);
    look_at_row(given);
    canonical_near(given, found, &how);
    unpack(into, found);
    memcpy(to, how.moved ? how.to : swaps[0][0].to, MEMBERS);
    return MORE;
}
