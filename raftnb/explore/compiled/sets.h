/* Sets. One whose members are all small is a mask, a word with a bit for each; any other is a node.
   Which values are small, and at which place, the model says (masks.py): the first natural numbers,
   and some atoms, in the language's order. Whatever makes a set makes a mask where it can. */

#pragma GCC visibility push(hidden)

extern const int SMALL_NUMBERS, ATOMS; /* how many there are */
extern const W small_values[];             /* by their places */
extern const unsigned char small_places[]; /* of the atoms */
#define NO_PLACE 31 /* a bit that no mask has */

void sort_set(W *from);
W as_set(W *from);
W set_in_order(W *from);
W joined_nodes(W a, W b);
W filtered(W a, W b, int wanted);
int each_in(W a, W b);
W node_with(W set, W item);
W node_without(W set, W item);
W member_at(W items, W n);

#pragma GCC visibility pop

static inline W place_of_small(W w) {
    if (w - ZERO < (W)SMALL_NUMBERS) return w - ZERO;
    return w - ATOM < (W)ATOMS ? small_places[w - ATOM] : NO_PLACE;
}

static inline int are_masks(W a, W b) { return ((a ^ MASK) | (b ^ MASK)) >> PLACES == 0; }

/* Without the instruction for it, which not every machine has. */
static inline W ones_in(W bits) {
    bits -= bits >> 1 & 0x55555555u;
    bits = (bits & 0x33333333u) + (bits >> 2 & 0x33333333u);
    return ((bits + (bits >> 4)) & 0x0f0f0f0fu) * 0x01010101u >> 24;
}

/* How many words a collection is made of: that many items, but for a map. */
static inline W words_of(W items) { return is_mask(items) ? ones_in(items ^ MASK) : size(items); }

/* Which place the member has that comes after `n` others. */
static inline W place_after(W mask, W n) {
    W bits = mask ^ MASK;
    while (n--) bits &= bits - 1;
    return __builtin_ctz(bits);
}

/* On the way through the words of a collection. */
struct walk { W bits, at, end, step; };

static inline struct walk walk(W items, W from, W step) {
    if (is_mask(items)) return (struct walk){.bits = items ^ MASK};
    W first = (items & ~NODE) + 2;
    return (struct walk){0, first + from, first + size(items), step};
}

static inline int goes_on(struct walk *i, W *item) {
    if (i->bits) {
        *item = small_values[__builtin_ctz(i->bits)];
        i->bits &= i->bits - 1;
        return 1;
    }
    if (i->at >= i->end) return 0;
    *item = arena[i->at], i->at += i->step;
    return 1;
}

static inline int holds_item(W items, W item) {
    return is_mask(items) ? items >> place_of_small(item) & 1 : node_holds(items, item);
}

/* Where all members, or the one that is asked for, are nodes. */
static inline W nodes_in(W set) { return is_mask(set) ? 0 : size(set); }
static inline int may_hold_node(W items, W item) {
    return !is_mask(items) && node_holds(items, item);
}

static inline W joined(W a, W b) { return are_masks(a, b) ? a | b : joined_nodes(a, b); }
static inline W minus(W a, W b) { return are_masks(a, b) ? a & ~(b ^ MASK) : filtered(a, b, 0); }
static inline W common(W a, W b) { return are_masks(a, b) ? a & b : filtered(a, b, 1); }
static inline W differing(W a, W b) {
    return are_masks(a, b) ? (a ^ b) | MASK : joined(filtered(a, b, 0), filtered(b, a, 0));
}
static inline int is_part(W a, W b) { return are_masks(a, b) ? !(a & ~b) : each_in(a, b); }

static inline W with_item(W set, W item) {
    W place = place_of_small(item);
    return is_mask(set) && place != NO_PLACE ? set | 1u << place : node_with(set, item);
}
static inline W without_item(W set, W item) {
    return is_mask(set) ? set & ~(1u << place_of_small(item)) : node_without(set, item);
}
static inline W set_of_one(W item) {
    W place = place_of_small(item);
    return place == NO_PLACE ? node(SET, 1, &item) : MASK | 1u << place;
}
