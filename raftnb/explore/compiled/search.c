/* Breadth first over rows. */

static int watches_deadlock;
static W *collected, *collected_labels;
size_t collected_n;
static size_t collected_most;
static int is_too_much; /* of what was gathered */

/* Claims. */

static int is_true_of(int (*claim)(void), const W *state) {
    s = state;
    return claim();
}

/* Whether all checks of a kind, or of one claim, are true of `s` (and `t`). */
static int all_pass(int kind, int claim) {
    for (int i = 0; i < CHECKS; i++)
        if (checks[i].kind == kind && (claim < 0 || checks[i].claim == claim) && !passes(i)) return 0;
    return 1;
}

static void stop(int why, uint32_t claim, uint32_t bad) {
    halt = why, result.claim = claim, result.bad = bad;
}

/* Of the successors that wait the new ones are checked, and kept if they are within the constraints. */
struct successor waiting[WAITING];
int waiting_n;
static int awaits_some, is_straight; /* whether nothing more is to be known of one on its way */
static uint64_t *words_of_waiting;

static size_t room_for_waiting(void) {
    return (WAITING + 1) * ((1 + SYMMETRIC) * room_of_row() * sizeof(W) + NEED * sizeof(uint64_t));
}

/* Room for the words of those that wait, and of the state that is expanded; whether there is. */
int open_successors(void) {
    uint64_t *need = words_of_waiting = reserve(room_for_waiting());
    W *row = (W *)(need + (WAITING + 1) * NEED);
    if (!need) return 0;
    for (int i = 0; i < WAITING; i++, row += room_of_row(), need += NEED) {
        waiting[i].row = waiting[i].met = row, waiting[i].need = need;
        if (SYMMETRIC) waiting[i].met = row += room_of_row();
    }
    base_row = row, awaits_some = AWAITED > 0;
    return 1;
}
void close_successors(void) { munmap(words_of_waiting, room_for_waiting()); }

/* What is to be true in some state: the first one is noted, by its number. */
static void look_for_awaited(const W *state, size_t number) {
    awaits_some = 0;
    for (size_t i = 0; i < AWAITED; i++) {
        if (!result.found[i] && is_true_of(awaited[i], state)) result.found[i] = (W)number + 1;
        awaits_some |= !result.found[i];
    }
}

/* Whether another state is visited in place of `s`. */
static int is_seen(struct successor *one, W seen) {
    if (!one->within || views[place_of_view(seen)] != seen) return 0;
    for (int i = next_in(one->need, 0); i < CHECKS; i = next_in(one->need, i + 1))
        if (checks[i].kind == CONSTRAINT && !passes(i)) return 0;
    return 1;
}

/* All states that were met are new ones from here on. */
void settle(void) {
    W *noted[AWAITED + 2], bad = halt == BROKEN ? result.bad + 1 : 0, n = 0;
    for (size_t i = 0; i < AWAITED; i++) noted[n++] = &result.found[i];
    noted[n++] = &bad, noted[n] = 0;
    settle_states(noted);
    if (halt == BROKEN) result.bad = bad - 1;
    result.states = states_n;
}

static void keep(struct successor *one, size_t place) {
    if (is_table_full()) {
        settle(), forget_states(), drop_gathered();
        place = place_of(one->row, one->hash);
    }
    add(one->row, one->hash, place, one->parent);
    result.states = states_n;
}

/* Once there have been as many states as there may be, each is settled at once: what the table does
   not have is looked for among the forgotten, with all that waits or that comes next. */

static int is_near;
static size_t foreseen; /* from this state on, successors are not gathered */

static __attribute__((noinline)) void gather_waiting(const struct successor *from) {
    do gather(from->row, from->hash); while (++from < waiting + waiting_n);
    look_among_the_forgotten();
}

static int is_forgotten(const struct successor *one) {
    if (!oldest) return 0;
    if (!is_gathered(one->row, one->hash)) drop_gathered(), gather_waiting(one);
    return is_of_the_forgotten(one->row, one->hash);
}

/* One that is not in the table, whose place there would be this, or that was not sent away. */
static __attribute__((noinline)) void meet_new(struct successor *one, size_t place) {
    int away = goes_away(one), awaits = awaits_some && !is_dealt_out;
    if (VIEWED || any(one->need) || awaits) unpack(looked_at, one->met);
    s = looked_at;
    W seen = VIEWED ? view() : NONE;
    if (VIEWED && is_seen(one, seen)) {
        result.merged++;
        return;
    }
    for (int i = next_in(one->need, 0); i < CHECKS; i = next_in(one->need, i + 1)) {
        if (checks[i].kind == CONSTRAINT && !one->within) break; /* it is left out already */
        if (passes(i)) continue;
        if (checks[i].kind == INVARIANT) {
            if (!is_dealt_out) keep(one, place);
            stop(BROKEN, checks[i].claim, is_dealt_out ? one->parent : (uint32_t)states_n - 1);
            return;
        }
        one->within = 0;
        break;
    }
    if (!one->within) {
        result.cut++;
        return;
    }
    if (away) {
        send_away(one);
        return;
    }
    if (states_n == most_states && !is_near) {
        is_near = 1, settle();
        place = place_of(one->row, one->hash);
    }
    if (is_near && is_forgotten(one)) return;
    if (states_n == most_states) {
        stop(FULL, 0, 0);
        return;
    }
    keep(one, place);
    if (is_near) settled = states_n;
    if (VIEWED) note_view(seen);
    if (awaits) look_for_awaited(looked_at, states_n - 1);
}

static inline void meet(struct successor *one) {
    int away = goes_away(one);
    size_t place = away ? 0 : place_in_table(one->row, one->hash);
    result.generated++, taken[one->instance]++;
    if (away ? !was_sent(one) : !table[place]) meet_new(one, place);
    else result.cut += !one->within; /* only the step is not allowed */
}

static void meet_waiting(void) {
    for (int i = 0; i < waiting_n; i++)
        if (!goes_away(&waiting[i])) fetch_row(waiting[i].hash);
    for (int i = 0; i < waiting_n && !halt; i++) meet(&waiting[i]);
    waiting_n = 0;
}

/* Whether a claim about steps is broken, of those that are to be asked. */
static int breaks_a_step(struct successor *one) {
    W after[CELLS];
    load_state();
    unpack(after, one->row);
    for (int i = next_in(one->need, 0); i < CHECKS; i = next_in(one->need, i + 1)) {
        if (checks[i].kind != STEP) continue;
        clear_bit(one->need, i);
        s = before_step, t = after;
        if (passes(i)) continue;
        int instance = one->instance;
        meet_waiting();
        if (halt) return 1;
        taken[instance]++;
        stop(BAD_STEP, checks[i].claim, current);
        return 1;
    }
    return 0;
}

/* Whether the constraints on steps allow this one. */
static int is_allowed(const struct successor *one) {
    W after[CELLS];
    load_state();
    unpack(after, one->row);
    s = before_step, t = after;
    for (size_t i = 0; i < ALLOWED; i++)
        if (!allowed[i].is_true(constants + allowed[i].arguments)) return 0;
    return 1;
}

static void leave_out(int instance) { result.generated++, result.cut++, taken[instance]++; }

static void collect_as(int what) {
    is_collecting = what;
    is_straight = !(what | STEPS | ALLOWED | SYMMETRIC | is_dealt_out);
    may_repeat = what == SUCCESSORS;
    if (!(what | ALLOWED | VIEWED)) may_repeat = !any(all_of(CONSTRAINT)); /* no step is cut */
}

#define NOWHERE 0xffffffffu
static void collect_waiting(void) {
    for (int i = 0; i < waiting_n; i++) fetch_row(waiting[i].hash);
    for (int i = 0; i < waiting_n; i++, collected_n++) {
        if (collected_n >= collected_most) continue; /* counted, so that there is room the next time */
        W entry = table[place_in_table(waiting[i].row, waiting[i].hash)];
        collected[collected_n] = entry ? (W)state_of(entry) : NOWHERE;
        collected_labels[collected_n] = (W)waiting[i].instance;
    }
    waiting_n = 0;
}

static __attribute__((noinline)) void collect(struct successor *one) {
    if (is_collecting == ROWS) {
        if (SYMMETRIC) make_canonical(one->met, one->row, &one->hash);
        is_too_much |= !is_taken(place_of(one->row, one->hash)) && !gather(one->row, one->hash);
        return;
    }
    if (is_collecting == EDGES) {
        fetch_place(one->hash);
        if (++waiting_n == WAITING) collect_waiting();
        return;
    }
    size_t at = collected_n++;
    if (at >= collected_most) return; /* counted, so that there is room the next time */
    W *out = collected + at * (CELLS + 1);
    out[0] = (W)one->instance;
    unpack(out + 1, one->row);
}

/* What one instance did in a state is done by another, too (model.h). */
int repeat_steps(void) {
    if (!way->n) return 0;
    note_first(enabled_in + goes);
    if (!is_collecting) {
        result.generated += way->n, taken[goes] += way->n;
        return 1;
    }
    for (const W *from = collected + way->from * (CELLS + 1), *end = from + way->n * (CELLS + 1);
         from < end; from += CELLS + 1) {
        W *out = collected + collected_n++ * (CELLS + 1);
        if (collected_n > collected_most) continue;
        copy_words(out, from, CELLS + 1), out[0] = (W)goes;
    }
    return 1;
}

/* Whether it goes on from what is asked of its step. */
static __attribute__((noinline)) int passes_on(struct successor *one) {
    if (is_collecting) return collect(one), 0;
    if (STEPS) join(one->need, unchanged);
    if (STEPS && meets(one->need, all_of(STEP))) {
        int broken = breaks_a_step(one);
        if (broken) return 0;
    }
    if (ALLOWED && one->within) one->within = is_allowed(one);
    return 1;
}

/* One outside of the constraints is in no table: claims are asked of it, and that is all. */
static __attribute__((noinline)) void meet_outside(struct successor *one) {
    unpack(looked_at, one->row);
    s = looked_at;
    for (int i = next_in(one->need, 0); i < CHECKS; i = next_in(one->need, i + 1)) {
        if (checks[i].kind != INVARIANT || passes(i)) continue;
        int claim = checks[i].claim;
        meet_waiting();
        if (halt) return;
        if (SYMMETRIC) make_canonical(one->met, one->row, &one->hash);
        if (!is_dealt_out) keep(one, place_of(one->row, one->hash));
        stop(BROKEN, claim, is_dealt_out ? one->parent : (uint32_t)states_n - 1);
        break;
    }
    result.generated++, taken[one->instance]++, result.cut += !halt;
}

static __attribute__((noinline)) void meet_at_once(struct successor *one) {
    result.generated++, taken[one->instance]++;
    if (!is_taken(*one->row)) meet_new(one, *one->row);
}

static inline void go_straight(struct successor *one) {
    one->parent = current;
    if (of_bits) {
        meet_at_once(one);
        return;
    }
    fetch_place(one->hash);
    if (++waiting_n == WAITING) meet_waiting();
}

static __attribute__((noinline)) void go_round(struct successor *one) {
    if ((is_collecting | STEPS | ALLOWED) && !passes_on(one)) return;
    if (!one->within) {
        one->parent = current;
        if (is_asked(one->need)) meet_outside(one); else leave_out(one->instance);
        return;
    }
    if (SYMMETRIC) make_canonical(one->met, one->row, &one->hash);
    find_owner(one), go_straight(one);
}

static inline __attribute__((always_inline)) void arrive(struct successor *one) {
    if (is_straight && one->within) go_straight(one); else go_round(one);
}

void led_to(int instance, uint64_t hash, uint64_t need) {
    struct successor *one = fresh_successor();
    one->hash = hash, one->need[0] = need, one->instance = instance, one->within = 1;
    arrive(one);
}

/* The claims about steps that are false, or undefined, of a step that changes nothing: they are
   asked of every step, and the others where it changes what they read. */
static void find_unchanged(void) {
    static jmp_buf elsewhere;
    static volatile int i;
    memcpy(elsewhere, on_failure, sizeof elsewhere);
    clear(unchanged);
    load_state();
    for (i = 0; i < CHECKS; i++) {
        if (checks[i].kind != STEP) continue;
        W *from = top;
        s = t = before_step;
        if (setjmp(on_failure)) top = from, set_bit(unchanged, i);
        else if (!passes(i)) set_bit(unchanged, i);
    }
    memcpy(on_failure, elsewhere, sizeof elsewhere);
}

static void begin_at(uint32_t state) {
    if (outcomes_take() > most_for_outcomes) forget_outcomes();
    current = state;
    copy_words(base_row, row_at(state), WIDTH);
    read_words(base_row);
    base_hash = hash_of_row(base_row);
    if (SYMMETRIC) look_at_row(base_row);
    state_is_loaded = questions_n = 0, top = stack, ways = 0;
    look_at_bag();
}

static void expand_one(void) {
    if (STEPS) find_unchanged();
    int moved = ask_all();
    if (moved || halt || !watches_deadlock) return;
    meet_waiting();
    if (halt) return;
    load_state();
    if (!final || !is_true_of(final, before_step)) stop(STUCK, 0, current);
}

/* For Python, which has states as the words of their cells. Every one gives FAILED where the state is
   to be handed over. */

static int why_not(int wrong) {
    return wrong == UNDEFINED ? FAILED : wrong == NO_ROOM ? FULL : WIDER;
}

static void meet_initial(const W *state) {
    struct successor *one = fresh_successor();
    one->instance = INSTANCES;
    pack(one->row, state);
    one->hash = hash_of_row(one->row);
    clear(one->need), join(one->need, all_of(INVARIANT)), join(one->need, all_of(CONSTRAINT));
    s = state, one->within = within_limits();
    if (SYMMETRIC) look_at_row(one->row), make_canonical(one->met, one->row, &one->hash);
    find_owner(one);
    if (!goes_away(one)) go_straight(one);
}

/* Those that wait are met; what the search is to do after it. */
static int have_begun(int what) {
    meet_waiting();
    result.level_end = result.states;
    return halt ? halt : what;
}

#define NO_PARENT 0xffffffffu

/* A state to begin in. */
int begin(const W *state) {
    int wrong = setjmp(on_failure);
    if (wrong) return why_not(wrong);
    memcpy(after_step, state, CELLS * sizeof(W));
    halt = MORE, top = stack, waiting_n = 0, current = NO_PARENT;
    meet_initial(after_step);
    return have_begun(MORE);
}

static int may_begin(const W *state, int cell) {
    s = state;
    for (size_t i = 0; i < BOUNDS; i++)
        if (initially[i].of == cell &&
            !initially[i].is_true(constants + initially[i].arguments)) return 0;
    return 1;
}

/* Where nothing narrows them down, the table is as large as they need, from the start. */
static void make_table_for_beginnings(void) {
    if (BOUNDS || SYMMETRIC || is_dealt_out || any(all_of(CONSTRAINT))) return;
    uint64_t all = 1;
    for (int cell = 0; cell < CELLS && all <= most_states; cell++) all *= beginnings_of(&starts[cell]);
    if (all > most_states) return;
    int bits = bits_for(all);
    if (bits > table_bits) index_states(bits, 0);
}

/* The initial states, cell by cell, `most` cells and no more; DONE after the last one. What is so
   initially is asked as soon as the cells are there that it reads. */
int begin_all(uint64_t most) {
    static int cell;
    W *state = after_step;
    halt = MORE, top = stack, waiting_n = 0, current = NO_PARENT;
    int wrong = setjmp(on_failure);
    if (wrong) return why_not(wrong);
    if (!states_n) make_table_for_beginnings();
    for (; most && !halt; most--) {
        if (cell == CELLS) {
            meet_initial(state);
        } else if (beginning_of[cell] < beginnings_of(&starts[cell])) {
            state[cell] = beginning(&starts[cell], constants + starts[cell].at, beginning_of[cell]);
            if (may_begin(state, cell)) beginning_of[++cell] = 0; else beginning_of[cell]++;
            continue;
        }
        if (!cell) return beginning_of[0] = 0, have_begun(DONE);
        beginning_of[--cell]++;
    }
    return have_begun(MORE);
}

/* The successors of the states that are next, as many as there is room for, are gathered. Where that
   fails, the states before are enough for now. */
static void foresee_states(void) {
    static jmp_buf elsewhere;
    memcpy(elsewhere, on_failure, sizeof elsewhere);
    drop_gathered();
    for (int i = 0; i < waiting_n; i++) gather(waiting[i].row, waiting[i].hash);
    foreseen = result.next, is_too_much = 0, collect_as(ROWS);
    if (!setjmp(on_failure))
        while (foreseen < result.level_end && !is_too_much) begin_at((uint32_t)foreseen++), ask_all();
    memcpy(on_failure, elsewhere, sizeof elsewhere);
    collect_as(NOTHING), noting = -1, notes_messages = 0;
    memset(picks, 0, sizeof picks);
    look_among_the_forgotten();
}

static int expand_some(uint64_t most) {
    halt = MORE, collect_as(NOTHING), waiting_n = 0, noting = -1, top = stack;
    memset(picks, 0, sizeof picks);
    int wrong = setjmp(on_failure);
    if (wrong) return why_not(wrong);
    while (most-- && result.next < result.level_end) {
        if (is_near && oldest && result.next >= foreseen) foresee_states();
        begin_at((uint32_t)result.next);
        expand_one();
        if (halt) return settle(), halt; /* it has successors that were not met */
        result.next++;
    }
    meet_waiting();
    if (halt) return settle(), halt;
    if (result.next < result.level_end) return MORE;
    settle();
    result.level_end = result.states;
    if (result.next == result.states) return DONE;
    result.depth++;
    return LEVEL;
}

void cells_of(uint32_t state, W *into) { unpack(into, row_at(state)); }
/* Some cells of all states, one cell after the other. */
void some_cells_of_all(const int *cells, int n, W *into) {
    for (size_t i = 0; i < states_n; i++, into++) {
        unpack(looked_at, row_at(i));
        for (int j = 0; j < n; j++) into[j * states_n] = looked_at[cells[j]];
    }
}
const W *before_of(void) { return before_step; }
W *answers_of(void) { return answers; }
void interpret_with(int (*by)(int, W), int (*judging)(int, const W *, const W *)) {
    interpreter = by, judge_in_python = judging;
}
void watch_deadlock(int yes) { watches_deadlock = yes; }

/* Expand up to `most` states, or to the end of the level. */
int expand(uint64_t most) { return result.reason = FAILED, result.reason = expand_some(most); }

static void begin_to_collect(int what, W *into, size_t most) {
    halt = MORE, collect_as(what), collected = into, collected_n = 0, collected_most = most;
    waiting_n = 0, noting = -1, top = stack;
    memset(picks, 0, sizeof picks);
}

/* The successors of a state, each with the number of its instance: how many there are, of which not
   more than `most` are written down. */
int64_t successors(uint32_t state, W *into, size_t most) {
    begin_to_collect(SUCCESSORS, into, most);
    if (setjmp(on_failure)) return -1;
    begin_at(state);
    ask_all();
    collect_as(NOTHING);
    return (int64_t)collected_n;
}

/* The steps out of the states from one on, and before the last one, behind those of the states before
   them: `starts` says of each state where its steps begin, and then where they end. Where each of them
   leads (NOWHERE: to a state that is not there), and its instance. How many there are now; where that
   is more than `most`, they are not all there. */
int64_t edges(uint32_t from, uint32_t last, uint64_t *starts, W *targets, W *labels, size_t most) {
    begin_to_collect(EDGES, targets, most);
    collected_n = starts[from], collected_labels = labels;
    if (setjmp(on_failure)) return -1;
    if (of_bits) of_bits = 0, index_states(bits_for(states_n), 0);
    for (; from < last; from++) {
        begin_at(from), ask_all();
        starts[from + 1] = collected_n + waiting_n;
    }
    collect_waiting(), collect_as(NOTHING);
    return (int64_t)collected_n;
}

/* How many of the states are initial ones. */
uint32_t begun_with(void) {
    uint32_t n = 0;
    while (n < states_n && parent_of(n) == NO_PARENT) n++;
    return n;
}

/* Whether a claim is true of a state: the invariants, those awaited, the constraints, in turn. */
int judge(const W *state, size_t claim) {
    top = stack;
    if (setjmp(on_failure)) return -1;
    s = state;
    if (claim < INVARIANTS) return all_pass(INVARIANT, (int)claim);
    claim -= INVARIANTS;
    if (claim < AWAITED) return is_true_of(awaited[claim], state);
    return all_pass(CONSTRAINT, -1) && within_limits();
}

/* In which states a claim that is asked of all of them is true, for these values of its parameters;
   whether it has a value in each. */
int where(size_t claim, const W *arguments, unsigned char *into) {
    top = stack;
    if (setjmp(on_failure)) return 0;
    for (size_t i = 0; i < states_n; i++) {
        unpack(looked_at, row_at(i));
        s = looked_at, into[i] = everywhere[claim](arguments);
    }
    return 1;
}

/* Whether a claim about steps is true of the step between two states. */
int judge_step(const W *before, const W *after, size_t claim) {
    top = stack;
    if (setjmp(on_failure)) return -1;
    s = before, t = after;
    if (claim < STEPS) return all_pass(STEP, (int)claim);
    claim -= STEPS;
    for (size_t i = 0; i < ALLOWED; i++)
        if (allowed[i].of == (int)claim && !allowed[i].is_true(constants + allowed[i].arguments))
            return 0;
    return 1;
}

/* Whether a state is an end; 0 where the specification says of none that it is. */
int judge_final(const W *state) {
    top = stack;
    if (setjmp(on_failure)) return -1;
    return final && is_true_of(final, state);
}

/* What is seen of a state; UNBOUND where that has no value. */
W judge_view(const W *state) {
    top = stack;
    if (setjmp(on_failure)) return UNBOUND;
    s = state;
    return view();
}
