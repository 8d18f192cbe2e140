/* Nodes, each kept once, and what is done with collections. */

W *arena;
static struct growing arena_array;
static size_t arena_used = 2;
static W *nodes; /* a hash table of places in the arena */
static size_t nodes_size, nodes_used;
W *stack, *stack_end, *top;
jmp_buf on_failure;

static uint64_t hash_of(const W *words, size_t n, uint64_t h) {
    size_t i = 0;
    for (; i + 1 < n; i += 2) {
        h = (h ^ words[i] ^ (uint64_t)words[i + 1] << 32) * 0x9E3779B97F4A7C15u;
        h ^= h >> 29;
    }
    if (i < n) h = (h ^ words[i]) * 0x9E3779B97F4A7C15u, h ^= h >> 29;
    h *= 0xBF58476D1CE4E5B9u;
    return h ^ (h >> 32);
}

/* A table of so many entries of all the nodes that there are. */
static void index_nodes(size_t size) {
    W *table = reserve(size * sizeof(W));
    if (!table) no_room();
    munmap(nodes, nodes_size * sizeof(W));
    nodes = table, nodes_size = size, nodes_used = 0;
    for (size_t place = 2; place < arena_used; nodes_used++) {
        size_t i = arena[place] & (size - 1);
        while (nodes[i]) i = (i + 1) & (size - 1);
        nodes[i] = (W)place;
        place += (arena[place + 1] & 0x0fffffff) + 2;
    }
}

static inline int are_same(const W *a, const W *b, W n) {
    for (W i = 0; i < n; i++)
        if (a[i] != b[i]) return 0;
    return 1;
}

W node(W rank, W n, const W *words) {
    W head = rank << 28 | n, hash = (W)hash_of(words, n, head);
    size_t i = hash & (nodes_size - 1);
    for (; nodes[i]; i = (i + 1) & (nodes_size - 1)) {
        const W *old = arena + nodes[i];
        if (old[0] == hash && old[1] == head && are_same(old + 2, words, n)) return NODE | nodes[i];
    }
    make_room(&arena_array, arena_used + n + 2);
    W place = (W)arena_used;
    arena_used += n + 2;
    arena[place] = hash, arena[place + 1] = head;
    copy_words(arena + place + 2, words, (int)n);
    nodes[i] = place;
    if (++nodes_used * 2 > nodes_size) index_nodes(nodes_size * 2);
    return NODE | place;
}

/* What operations gave for the words that they were asked for lately. Words stand for the same values
   to the end, so that the result is the same one; to find it so is sooner than to make its node. */
#define REMEMBERED_BITS 11
struct remembered { W of, with, and, found; } __attribute__((aligned(16)));
static struct remembered slices[1 << REMEMBERED_BITS], longer[1 << REMEMBERED_BITS],
    shorter[1 << REMEMBERED_BITS], changed_maps[1 << REMEMBERED_BITS];

static inline struct remembered *place_of_result(struct remembered *among, W of, W with, W and) {
    uint64_t h = (of ^ (uint64_t)with << 32) * 0x9E3779B97F4A7C15u + and * 0xBF58476D1CE4E5B9u;
    return among + (h >> (64 - REMEMBERED_BITS));
}
/* What is looked for is a node, whose word is never 0, as those of an empty entry are. */
#define REMEMBERED(among, x, y, z, made)                                                          \
    struct remembered *const one = place_of_result(among, x, y, z);                               \
    if (one->of == x && one->with == y && one->and == z) return one->found;                       \
    const W result = made;                                                                        \
    *one = (struct remembered){x, y, z, result};                                                  \
    return result;

/* The language's order: of collections the short ones first, then word by word. */
int before(W a, W b) {
    if (a == b) return 0;
    if (a < MASK || b < MASK) return a < b;
    W ka = kind(a), kb = kind(b), na = words_of(a), nb = words_of(b), x, y;
    if (ka != kb) return ka < kb;
    if (ka != RECORD && na != nb) return na < nb;
    if (a & b & NODE) {
        for (W i = 0; i < na && i < nb; i++)
            if (at(a)[i] != at(b)[i]) return before(at(a)[i], at(b)[i]);
        return na < nb;
    }
    struct walk i = walk(a, 0, 1), j = walk(b, 0, 1);
    while (goes_on(&i, &x) && goes_on(&j, &y))
        if (x != y) return before(x, y);
    return 0;
}

/* What stands on the stack from `from` on, as a node; the stack is as before then. */

W as_tuple(W *from) {
    W found = node(TUPLE, (W)(top - from), from);
    top = from;
    return found;
}

void merge_sort(W *words, size_t n, int step) {
    if (n < 2) return;
    size_t half = n / 2, width = step * sizeof(W);
    merge_sort(words, half, step);
    merge_sort(words + half * step, n - half, step);
    if (!before(words[half * step], words[(half - 1) * step])) return;
    W *left = top;
    if (left + half * step > stack_end) no_room();
    memcpy(left, words, half * width);
    size_t i = 0, j = half, k = 0;
    while (i < half) {
        int later = j < n && before(words[j * step], left[i * step]);
        memcpy(words + k++ * step, later ? words + j++ * step : left + i++ * step, width);
    }
}

/* In the order of Python's `<`: of numbers, and of members of one class, it is that of words. */
W as_sorted(W *from) {
    merge_sort(from, top - from, 1);
    return as_tuple(from);
}

/* Keys and values in turn; of two equal keys the later one counts. */
W as_map(W *from) {
    W n = (W)(top - from) / 2, kept = 0;
    merge_sort(from, n, 2);
    for (W i = 0; i < n; i++) {
        if (kept && from[2 * kept - 2] == from[2 * i]) kept--;
        from[2 * kept] = from[2 * i], from[2 * kept + 1] = from[2 * i + 1];
        kept++;
    }
    W found = node(MAP, 2 * kept, from);
    top = from;
    return found;
}

/* Collections. */

W search(const W *words, W n, int step, W key, int *there) {
    W low = 0, high = n / step;
    while (low < high) {
        W middle = (low + high) / 2, found = words[middle * step];
        if (found == key) return *there = 1, middle * step;
        if (before(found, key)) low = middle + 1; else high = middle;
    }
    return *there = 0, low * step;
}

/* Where a word stands, or `n`. To compare all is sooner than to compare few by their order. */
#define FEW 64
static W find(const W *words, W n, int step, W key, int in_order) {
    int there;
    if (in_order && n > FEW) {
        W i = search(words, n, step, key, &there);
        return there ? i : n;
    }
    for (W i = 0; i < n; i += step)
        if (words[i] == key) return i;
    return n;
}

int node_holds(W items, W item) {
    int step = kind(items) == MAP ? 2 : 1;
    return find(at(items), size(items), step, item, kind(items) != TUPLE) != size(items);
}

W map_get(W map, W key, W otherwise) {
    W i = find(at(map), size(map), 2, key, 1);
    return i == size(map) ? otherwise : at(map)[i + 1];
}

W item(W items, W key) {
    if (kind(items) == MAP) return bound(map_get(items, key, UNBOUND));
    int64_t i = number(key), n = size(items);
    if (i < -n || i >= n) fail();
    return at(items)[i < 0 ? i + n : i];
}

W position(W items, W item) {
    W i = find(at(items), size(items), 1, item, 0);
    if (i == size(items)) fail();
    return ZERO + i;
}

static int64_t cut_off(int64_t i, int64_t n) {
    i = i < 0 ? i + n : i;
    return i < 0 ? 0 : i > n ? n : i;
}

void spread_slice(W items, W low, W high) {
    int64_t n = size(items), i = cut_off(number(low), n), j = cut_off(number(high), n);
    for (; i < j; i++) push(at(items)[i]);
}

static W made_slice(W items, W low, W high) {
    W *from = top;
    spread_slice(items, low, high);
    return as_tuple(from);
}
W slice(W items, W low, W high) {
    REMEMBERED(slices, items, low, high, made_slice(items, low, high))
}

static W made_shorter(W items, W from, W to) {
    W *words = top;
    spread_slice(items, ZERO, from), spread_slice(items, to, ZERO + size(items));
    return as_tuple(words);
}
W without_some(W items, W from, W to) {
    REMEMBERED(shorter, items, from, to, made_shorter(items, from, to))
}

void spread(W items) {
    W x;
    for (struct walk i = walk(items, 0, 1); goes_on(&i, &x);) push(x);
}

static W made_longer(W items, W item) {
    W *from = top;
    spread(items), push(item);
    return as_tuple(from);
}
W appended(W items, W item) { REMEMBERED(longer, items, item, 0, made_longer(items, item)) }

/* Two sets or maps in one; where both have a key, the second one's value counts. */
W combined(W rank, const W *a, W na, const W *b, W nb) {
    W *from = top, step = rank == MAP ? 2 : 1, i = 0, j = 0;
    while (i < na || j < nb) {
        int same = i < na && j < nb && a[i] == b[j];
        int first = j == nb || (i < na && !same && before(a[i], b[j]));
        const W *next = first ? a + i : b + j;
        if (first || same) i += step;
        if (!first) j += step;
        push(next[0]);
        if (step == 2) push(next[1]);
    }
    W found = node(rank, (W)(top - from), from);
    top = from;
    return found;
}

W merged(W a, W b) { return combined(MAP, at(a), size(a), at(b), size(b)); }

static W made_map(W map, W key, W value) {
    W *from = top, n = size(map), i = find(at(map), n, 2, key, 1);
    int there = i < n;
    if (there && at(map)[i + 1] == value) return map;
    spread(map);
    if (!there) {
        i = search(from, n, 2, key, &there);
        push(NONE), push(NONE);
        memmove(from + i + 2, from + i, (n - i) * sizeof(W));
    }
    from[i] = key, from[i + 1] = value;
    W found = node(MAP, (W)(top - from), from);
    top = from;
    return found;
}

W map_with(W map, W key, W value) { REMEMBERED(changed_maps, map, key, value, made_map(map, key, value)) }

/* Two sequences of numbers, as Python compares them. */
int lexically(W a, W b, int or_equal) {
    for (W i = 0; i < size(a) && i < size(b); i++)
        if (at(a)[i] != at(b)[i]) return at(a)[i] < at(b)[i];
    return size(a) < size(b) || (or_equal && size(a) == size(b));
}

W extreme(W items, int largest, W otherwise) {
    W found = otherwise, x;
    struct walk i = walk(items, 0, kind(items) == MAP ? 2 : 1);
    for (int any = 0; goes_on(&i, &x); any = 1)
        if (!any || (largest ? x > found : x < found)) found = x;
    return bound(found);
}

int each_is(W items, W from, W step, int (*is_of_type)(W)) {
    W x;
    for (struct walk i = walk(items, from, step); goes_on(&i, &x);)
        if (!is_of_type(x)) return 0;
    return 1;
}

W counting(W low, W high) {
    W *from = top;
    for (; low < high; low++) push(low);
    return as_tuple(from);
}

/* With how many values a cell may start. */
uint64_t beginnings_of(const struct beginning *one) {
    uint64_t found = 1;
    if (one->kind == ONE_OF) return one->n;
    for (int i = 0; i < one->keys; i++) found *= one->kind == SET_OF ? 2 : one->n;
    return found;
}

/* One of the values with which a cell may start, by its number; made of those given. */
W beginning(const struct beginning *one, const W *given, uint64_t number) {
    if (one->kind == ONE_OF) return given[number];
    W *from = top;
    for (int i = 0; i < one->keys; i++) {
        int base = one->kind == SET_OF ? 2 : one->n, digit = (int)(number % base);
        number /= base;
        if (one->kind == MAP_OF) push(given[i]), push(given[one->keys + digit]);
        else if (digit) push(given[i]);
    }
    return one->kind == SET_OF ? as_set(from) : as_map(from);
}
