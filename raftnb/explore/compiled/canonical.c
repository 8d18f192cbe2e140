/* One row for all the states that differ by a permutation of interchangeable members. Before this
   text stand, made from the specification (symmetric.py): MEMBERS, LANES, DOMAINS and `domains`,
   `domain_of`; of each group `moving` (with whom it moves, or with NOBODY), `where`, and its
   `weights_of`; KEPT, the group of messages in flight that are kept, or -1.

   Permutations are not listed. Each member gets a mark from how the state mentions it, with all other
   members' names left aside, so that a permutation moves the marks along with the members; those of
   a domain are sorted by their marks. Of members with equal marks, *twins* can change places with
   nothing changed. Where others are left, each is marked anew by how it is mentioned together with
   members of each mark; where that does not tell them apart, each in turn is put first, and the least
   of the rows is taken. A mark is a hash: if two are equal by chance, that costs time alone. */

#include <sys/mman.h>

typedef W V __attribute__((vector_size(LANES * sizeof(W)))); /* one word for each member */

/* A permutation: where each member goes, the same in four bits each, and which ones move; NOBODY stays. */
enum { NOBODY = MEMBERS };
struct permutation { unsigned char to[MEMBERS + 1]; uint64_t packed; uint32_t moved; };

/* What is known of a node: its marks; which members occur in it; which ones are `named`: what a permutation
   makes of it depends on where it leads these, who have four bits each in `deciding`; and where its
   marks are with a second member told apart (0: not asked yet). */
struct sight { V marks; uint64_t deciding; uint32_t mentions, named; W pairs; };

static struct sight *sights;
static V *pairs;          /* of a node, a row for each second member */
static W *sight_at;       /* by the place of a node, one more than where it is among `sights` */
static size_t sights_n = 1, sights_size, pairs_n = MEMBERS, pairs_size, places_size;

static void *grown(void *old, size_t bytes, size_t wanted) {
    void *found = reserve(wanted);
    if (!found) no_room();
    memcpy(found, old, bytes);
    if (old) munmap(old, bytes);
    also_taken += wanted - bytes;
    return found;
}

/* Arrays grow to twice their size, from one that is not small. */
#define ROOM_FOR(array, size, wanted)                                                             \
    if ((wanted) > size) {                                                                        \
        size_t larger = 2 * (wanted) + 4096;                                                      \
        array = grown(array, size * sizeof *array, larger * sizeof *array), size = larger;        \
    }

/* Marks. */

static inline V stirred(V h) {
    h ^= h >> 16, h *= 0x7FEB352Du, h ^= h >> 15, h *= 0x846CA68Bu;
    return h ^ h >> 16;
}
static inline V in_all(W w) { return stirred((V){0} + w); }

static inline int member_of(W w) {
    for (int d = 0; d < DOMAINS; d++)
        if (w - domains[d].word < (W)domains[d].n) return domains[d].first + (int)(w - domains[d].word);
    return -1;
}
static inline W word_of(int member) {
    int d = domain_of[member];
    return domains[d].word + (W)(member - domains[d].first);
}

enum { THIS = 0x70000000, OTHER = 0x71000000, SECOND = 0x72000000 };

/* Messages in flight that are kept stand in a sequence, whose order is that of names alone: they are the
   `bag`, and 1 is told to what looks at them, 0 to what looks at any other word. */

static inline const struct sight *sight_of(W w, int bag);
static const V *pairs_of(W w, int bag);
static V marks_in(W w, int second, int bag);

static __attribute__((noinline)) V marks_of_plain(W w, int second) {
    if (is_mask(w)) return marks_in(w, second, 0);
    int m = member_of(w);
    if (m < 0) return in_all(w);
    if (m == second) return in_all(SECOND + domain_of[m]);
    V found = in_all(OTHER + domain_of[m]), one = in_all(THIS + domain_of[m]);
    found[m] = one[m];
    return found;
}

/* How a word mentions each member, and where there is a `second` one (or -1) that one besides. */
static inline V marks_of(W w, int second, int bag) {
    if (w & NODE) return second < 0 ? sight_of(w, bag)->marks : pairs_of(w, bag)[second];
    return marks_of_plain(w, second);
}

/* What is in a set or map has no order but that of names, and is summed. */
static V marks_in(W w, int second, int bag) {
    W rank = kind(w), part, value;
    int sums = rank == SET || rank == MAP || bag;
    V sum = in_all(rank << 28 | words_of(w));
    for (struct walk i = walk(w, 0, 1); goes_on(&i, &part);) {
        V one = marks_of(part, second, 0);
        if (rank == MAP && goes_on(&i, &value)) one = stirred(one) * 3 + marks_of(value, second, 0);
        sum = sums ? sum + stirred(one) : stirred(sum * 31 + one);
    }
    return stirred(sum);
}

static uint32_t mentioned_in(W w) {
    uint32_t found = 0;
    W part;
    for (struct walk i = walk(w, 0, 1); goes_on(&i, &part);) {
        int m = part < MASK ? member_of(part) : -1;
        if (part & NODE) found |= sight_of(part, 0)->mentions;
        else if (is_mask(part)) found |= mentioned_in(part);
        else if (m >= 0) found |= 1u << m;
    }
    return found;
}

static struct permutation swaps[MEMBERS][MEMBERS];
static inline W renamed(W w, const struct permutation *p, int bag);

static inline void permute(struct permutation *p) {
    uint64_t packed = 0;
    uint32_t moved = 0;
    for (int m = 0; m < MEMBERS; m++) {
        packed |= (uint64_t)p->to[m] << 4 * m;
        moved |= (uint32_t)(p->to[m] != m) << m;
    }
    p->packed = packed, p->moved = moved, p->to[NOBODY] = NOBODY;
}

static void make_swaps(void) {
    for (int a = 0; a < MEMBERS; a++)
        for (int b = 0; b < MEMBERS; b++) {
            struct permutation *p = &swaps[a][b];
            for (int m = 0; m < MEMBERS; m++) p->to[m] = m == a ? b : m == b ? a : m;
            permute(p);
        }
}

/* The members of a domain that may change places in a node with a member, and nothing is changed. */
static uint32_t alike_in(W w, int bag, const struct sight *of, int m) {
    uint32_t found = 1u << m;
    int first = domains[domain_of[m]].first, n = domains[domain_of[m]].n;
    for (int k = first; k < first + n; k++)
        if (k != m && of->marks[k] == of->marks[m])
            if (!((of->mentions >> m | of->mentions >> k) & 1) || renamed(w, &swaps[m][k], bag) == w)
                found |= 1u << k;
    return found;
}

/* All members, but for the most of each domain that are alike. Permutations that lead the others to
   the same places differ by one of these. */
static uint32_t named_in(W w, int bag, const struct sight *of) {
    uint32_t named = (1u << MEMBERS) - 1;
    for (int d = 0; of->mentions && d < DOMAINS; d++) {
        uint32_t most = 0, seen = 0;
        for (int m = domains[d].first; m < domains[d].first + domains[d].n; m++) {
            if (seen >> m & 1) continue;
            uint32_t found = alike_in(w, bag, of, m);
            seen |= found;
            if (__builtin_popcount(found) > __builtin_popcount(most)) most = found;
        }
        named &= ~most;
    }
    return of->mentions ? named : 0;
}

/* A node begins with two words that are no node: one of them is the place of its sight, the other
   that of its sight as the bag. */
static inline size_t place_of_sight(W w, int bag) { return (w & ~NODE) + bag; }

static __attribute__((noinline)) void see(W w, int bag) {
    struct sight found = {.marks = marks_in(w, -1, bag), .mentions = mentioned_in(w)};
    found.named = found.mentions, found.deciding = ~0ull;
    ROOM_FOR(sights, sights_size, sights_n + 1)
    W i = sight_at[place_of_sight(w, bag)] = (W)sights_n++;
    sights[i] = found;
    uint32_t named = named_in(w, bag, &found);
    sights[i].named = named, sights[i].deciding = 0;
    for (int m = 0; m < MEMBERS; m++)
        if (named >> m & 1) sights[i].deciding |= 15ull << 4 * m;
}

static inline const struct sight *sight_of(W w, int bag) {
    size_t place = place_of_sight(w, bag);
    if (__builtin_expect(place >= places_size, 0)) ROOM_FOR(sight_at, places_size, place + 1)
    if (!sight_at[place]) see(w, bag);
    return sights + sight_at[place];
}

static const V *pairs_of(W w, int bag) {
    sight_of(w, bag);
    W i = sight_at[place_of_sight(w, bag)];
    if (!sights[i].pairs) {
        V found[MEMBERS];
        for (int m = 0; m < MEMBERS; m++) found[m] = marks_in(w, m, bag);
        ROOM_FOR(pairs, pairs_size, pairs_n + MEMBERS)
        memcpy(pairs + pairs_n, found, sizeof found);
        sights[i].pairs = (W)pairs_n, pairs_n += MEMBERS;
    }
    return pairs + sights[i].pairs;
}

/* What a permutation makes of a word; of a node it is kept for a while. */

#define RENAMED_BITS 14
static struct { uint64_t by; W key, then; } kept_names[1 << RENAMED_BITS];

static __attribute__((noinline)) W renamed_parts(W w, const struct permutation *p, int bag) {
    W *from = top, rank = kind(w), part, found;
    for (struct walk i = walk(w, 0, 1); goes_on(&i, &part);) push(renamed(part, p, 0));
    if (rank == SET) return as_set(from);
    if (rank == MAP) return as_map(from);
    if (bag) merge_sort(from, top - from, 1);
    found = node(rank, (W)(top - from), from);
    top = from;
    return found;
}

static __attribute__((noinline)) W renamed_plain(W w, const struct permutation *p) {
    if (is_mask(w)) return renamed_parts(w, p, 0);
    int m = member_of(w);
    return m < 0 ? w : word_of(p->to[m]);
}

static inline W renamed_seen(W w, const struct sight *sight, const struct permutation *p, int bag) {
    if (!(sight->named & p->moved)) return w;
    uint64_t by = p->packed & sight->deciding;
    W key = w + bag;
    size_t i = (by * 0x9E3779B97F4A7C15u + key * 0xBF58476D1CE4E5B9u) >> (64 - RENAMED_BITS);
    if (kept_names[i].key == key && kept_names[i].by == by) return kept_names[i].then;
    W then = renamed_parts(w, p, bag);
    kept_names[i].key = key, kept_names[i].by = by, kept_names[i].then = then;
    return then;
}

static inline W renamed(W w, const struct permutation *p, int bag) {
    return w & NODE ? renamed_seen(w, sight_of(w, bag), p, bag) : renamed_plain(w, p);
}

/* A row, as the words of its groups and the marks of all members: `near` is the row that is expanded,
   from which its successors differ little. */

struct marked { V sum; W own[LANES], words[ALL_GROUPS]; const struct sight *sights[ALL_GROUPS]; };
static struct marked near;
static struct sight near_sights[ALL_GROUPS], changed_sights[ALL_GROUPS]; /* of its words, of others */
static W near_row[ROW];
static int first_at[ROW], next_at[ALL_GROUPS]; /* of each word of a row its groups, and one more; or 0 */

static inline V weights(int g) {
    V found;
    memcpy(&found, weights_of[g], sizeof found);
    return found;
}

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

/* Which member comes to each place, and of each member the first place of those that are like it. */
struct arranged { unsigned char at[MEMBERS], color[MEMBERS]; };

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

struct untold {
    const struct marked *row;
    const unsigned char *twin;
    V seen[MEMBERS];
    W *best;
    struct permutation how;
    int found;
};

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

/* Mark members by the colors of those with whom they are mentioned, until that tells no more. */
static void refine(const struct untold *of, struct arranged *a) {
    int more = 1;
    while (more) {
        uint64_t marks[MEMBERS];
        V colors;
        for (int m = 0; m < MEMBERS; m++) colors[m] = a->color[m] + 1;
        for (int m = 0; m < MEMBERS; m++) {
            V each = stirred(of->seen[m] ^ stirred(colors));
            marks[m] = 0;
            for (int k = 0; k < MEMBERS; k++) marks[m] += k == m ? 0 : each[k];
        }
        more = sort_members(a, marks);
    }
}

/* The first of several places whose members are alike and not all twins; MEMBERS if there is none. */
static int undecided(const struct untold *of, const struct arranged *a) {
    for (int i = 1; i < MEMBERS; i++) {
        int first = a->color[a->at[i]];
        if (first < i && of->twin[a->at[i]] != of->twin[a->at[first]]) return first;
    }
    return MEMBERS;
}

static void take_least(struct untold *of, const struct arranged *a) {
    W tried[ROW];
    struct permutation how;
    for (int i = 0; i < MEMBERS; i++) how.to[a->at[i]] = (unsigned char)i;
    permute(&how);
    row_of(of->row, &how, tried);
    int i = 0;
    while (of->found && i < ROW - 1 && tried[i] == of->best[i]) i++;
    if (of->found && tried[i] >= of->best[i]) return;
    memcpy(of->best, tried, sizeof tried);
    of->how = how, of->found = 1;
}

/* Put each of those that are alike first, but one alone of twins. */
static void tell_apart(struct untold *of, struct arranged a) {
    refine(of, &a);
    int first = undecided(of, &a);
    if (first == MEMBERS) {
        take_least(of, &a);
        return;
    }
    for (int i = first, tried; i < MEMBERS && a.color[a.at[i]] == first; i++) {
        for (tried = first; of->twin[a.at[tried]] != of->twin[a.at[i]];) tried++;
        if (tried < i) continue;
        struct arranged b = a;
        b.at[first] = a.at[i], b.at[i] = a.at[first];
        for (int j = first + 1; j < MEMBERS && a.color[a.at[j]] == first; j++)
            b.color[b.at[j]] = (unsigned char)(first + 1);
        tell_apart(of, b);
    }
}

/* How a row mentions each two members. What moves with one of them weighs otherwise with the other. */
static void look_at_pairs(struct untold *of) {
    memset(of->seen, 0, sizeof of->seen);
    for (int g = 0; g < ALL_GROUPS; g++)
        for (int m = 0; m < MEMBERS; m++) {
            V marks = weights(g) * marks_of(of->row->words[g], m, g == KEPT);
            of->seen[m] += marks * (weights_of[g][m] * 2 + (m == moving[g].first ? 5 : 3));
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

/* The row for which no two members are told apart yet that are no twins. */
static __attribute__((noinline)) void search_least(
    const struct marked *row, const struct arranged *a, const unsigned char *twin, W *into,
    struct permutation *how) {
    struct untold of;
    of.row = row, of.best = into, of.twin = twin, of.found = 0;
    look_at_pairs(&of);
    tell_apart(&of, *a);
    *how = of.how;
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
