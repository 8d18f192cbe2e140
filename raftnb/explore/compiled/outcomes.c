/* The outcomes of slots: kept, and put together with a state. */

static inline struct key key_of(const struct slot *slot, W message) {
    return (struct key){base[slot->asked[0]] | (uint64_t)base[slot->asked[1]] << 32,
                        base[slot->asked[2]] | (uint64_t)message << 32};
}

static inline int same_key(struct key a, struct key b) {
    return !((a.low ^ b.low) | (a.high ^ b.high));
}

static __attribute__((noinline)) int fill(int k, W message, struct kept *at_place, struct key key) {
    size_t first = notes_used;
    noting = k, notes_n = 0, too_much = 0;
    notes_messages = !asks_for(&slots[k], BAG < 0 ? -1 : group_of[BAG]) || QUEUES >= 0;
    run_slot(&slots[k], message);
    noting = -1, notes_messages = 0, slots[k].filled++;
    if (too_much) return 0;
    at_place->key = key, at_place->slot = k + 1, at_place->first = first, at_place->n = notes_n;
    if (++kept_n * 2 > kept_size) grow_kept();
    return 1;
}

/* The bag after what an outcome sends and discards, looked up; where that is not there more often than
   not, as where no two states have the same bag, it is made each time. Words of nodes have their
   highest bit set; here it says whether the bag is within the limits. */
#define BAGS_BITS 17
static struct { W now, changes, then, unused; } bags[1 << BAGS_BITS] __attribute__((aligned(16)));
static uint64_t bags_asked, bags_made;

static inline W bag_after(W now, W changes, int *few) {
    if (bags_made > 4096 && bags_made * 2 > bags_asked) {
        W then = changed(now, at(changes), size(changes) / 2);
        *few = are_few(then);
        return then;
    }
    W i = ((now * 0x9E3779B1u) ^ (changes * 0x85EBCA77u)) >> (32 - BAGS_BITS);
    bags_asked++;
    if (bags[i].now != now || bags[i].changes != changes) {
        W then = changed(now, at(changes), size(changes) / 2);
        bags_made++;
        bags[i].now = now, bags[i].changes = changes;
        bags[i].then = are_few(then) ? then : then & ~NODE;
    }
    *few = (bags[i].then & NODE) != 0;
    return bags[i].then | NODE;
}

static void change_queues(struct successor *one, W changes) {
    for (W i = 0; i < size(changes); i += 2) {
        int cell = place_of_message(at(changes)[i + 1]), g = group_of[cell];
        W now = word_in(one->row, g), then = changed(now, at(changes) + i, 1);
        if (then == now) continue;
        join(one->need, touching_cell(cell));
        one->hash = replaced(one->row, one->hash, g, then);
    }
    for (W i = 1; i < size(changes); i += 2)
        one->within &= are_few(word_in(one->row, group_of[place_of_message(at(changes)[i])]));
}

static int bag_is_full; /* of the state that is expanded (network.c) */

/* An outcome that is kept, on its way; how long its note is. */
static inline size_t take(const char *from) {
    const struct outcome *o = (const struct outcome *)from;
    const struct write *writes = (const struct write *)(from + head_of_outcome());
    int may_be_asked = o->may_be_asked || all_are_asked(), in_bag = BAG >= 0 && o->changes, few = 1;
    int is_outside = !o->within || (bag_is_full & o->only_sends);
    W bag = NONE;
    if (!is_outside || may_be_asked) {
        if (in_bag) bag = bag_after(base[group_of[BAG]], o->changes, &few);
        is_outside = !(o->within & few);
    }
    if (is_outside && !may_be_asked) {
        leave_out(o->instance);
        return o->length;
    }
    struct successor *one = fresh_successor();
    copy_row(one->row, base_row), clear(one->need), join(one->need, o->need);
    one->hash = base_hash;
    one->instance = o->instance, one->within = o->within & few;
    for (int i = 0; i < o->writes; i++) one->hash = written_to(one->row, one->hash, writes[i]);
    if (in_bag && bag != base[group_of[BAG]]) {
        join(one->need, touching_cell(BAG));
        one->hash = replaced(one->row, one->hash, group_of[BAG], bag);
    }
    if (QUEUES >= 0 && o->changes) change_queues(one, o->changes);
    arrive(one);
    return o->length;
}

/* What is asked of a state: first posed, then answered, in the same order. So memory is fetched for
   all of it at once, the keys of outcomes and then their notes. */
#define AT_ONCE 64
static struct question { struct key key; uint64_t hash; int slot; W message; } questions[AT_ONCE];
static int questions_n;

static inline size_t first_kept(const struct question *one) { return one->hash & (kept_size - 1); }

/* The outcomes of a slot, on their way; whether there are any. */
static int answer(const struct question *one) {
    int k = one->slot;
    struct slot *slot = &slots[k];
    if (slot->direct) return run_slot(slot, one->message);
    slot->times++;
    size_t i = first_kept(one);
    while (kept[i].slot && (kept[i].slot != k + 1 || !same_key(kept[i].key, one->key)))
        i = (i + 1) & (kept_size - 1);
    size_t at_note = kept[i].first, n = kept[i].n;
    if (!kept[i].slot) {
        at_note = notes_used;
        if (!fill(k, one->message, &kept[i], one->key)) {
            slot->direct = 1;
            return run_slot(slot, one->message);
        }
        n = notes_n;
        slot->direct = slot->filled > 2048 && slot->filled * RARELY > slot->times;
    }
    for (size_t j = 0; j < n && !halt; j++) at_note += take(notes + at_note);
    return n > 0;
}

/* Whether one of the questions has an outcome. */
static int answer_all(void) {
    int moved = 0;
    for (int i = 0; i < questions_n; i++)
        if (!slots[questions[i].slot].direct)
            __builtin_prefetch(notes + kept[first_kept(&questions[i])].first);
    for (int i = 0; i < questions_n && !halt; i++) moved |= answer(&questions[i]);
    questions_n = 0;
    return moved;
}

static inline int pose(int k, W message) {
    struct question *one = &questions[questions_n++];
    one->slot = k, one->message = message;
    if (!slots[k].direct) {
        one->key = key_of(&slots[k], message), one->hash = hash_of_key(one->key, k + 1);
        __builtin_prefetch(&kept[first_kept(one)]);
    }
    return questions_n == AT_ONCE && answer_all();
}

/* To whom each message of the bag is sent, at the bottom of the stack. */
static W *receivers;

static void look_at_bag(void) {
    W step = KEEPS ? 1 : 2, bag = base[group_of[BAG < 0 ? 0 : BAG]];
    receivers = top, bag_is_full = BAG >= 0 && is_full(bag);
    for (W m = 0; BAG >= 0 && m < size(bag); m += step) {
        W message = at(bag)[m];
        push(at(message)[dest_at[at(message)[0]]]);
    }
}

/* Ask a slot, for every message that it may receive; whether what was answered meanwhile has outcomes. */
static int ask(int k) {
    const struct slot *slot = &slots[k];
    if (slot->receiver == TO_NOBODY) return pose(k, NONE);
    W waiting = base[group_of[slot->channel >= 0 ? slot->channel : BAG < 0 ? 0 : BAG]];
    if (slot->channel >= 0) return size(waiting) && pose(k, at(waiting)[0]);
    int moved = 0;
    W step = KEEPS ? 1 : 2, to = slot->receiver < 0 ? NONE : constants[slot->receiver];
    for (W m = 0; m < size(waiting) && !halt; m += step) {
        if (slot->receiver >= 0 && receivers[m / step] != to) continue;
        moved |= pose(k, at(waiting)[m]);
    }
    return moved;
}

static int ask_all(void) {
    int moved = 0;
    for (int k = 0; k < SLOTS && !halt; k++)
        moved |= slots[k].each && slots[k].direct && !questions_n ? slots[k].each(&slots[k]) : ask(k);
    return answer_all() | moved;
}
