/* How values mention interchangeable members, and what a permutation makes of them.

   A mark is a hash: if two are equal by chance, that costs time alone. */

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
