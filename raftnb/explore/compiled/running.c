/* The state that is read, the one that is written, and the choices of a run. */

static jmp_buf on_disabled;
static const W *s, *t; /* the state that is read, and the one after the step */
static int halt;       /* why the search goes no further */
static W *cells;       /* the state that an action writes, through `put` */
#define MOST_WRITTEN 64
static int written[MOST_WRITTEN], written_n; /* the cells that it wrote; more are only counted */
static W actor;
static int pc_cell, pc_written; /* of a process whose actions have an order */

static inline void put(int cell, W value) {
    if (written_n < MOST_WRITTEN) written[written_n] = cell;
    written_n++;
    cells[cell] = value;
}

/* Choices: a script says which option each `either` of a run takes. */

#define MOST_CHOICES 64
static W picks[MOST_CHOICES], options[MOST_CHOICES];
static int choices;

static W choose(W n) {
    if (!n) longjmp(on_disabled, 1);
    if (choices == MOST_CHOICES) fail();
    options[choices] = n;
    return picks[choices++];
}

static int next_script(void) {
    while (choices && picks[choices - 1] + 1 == options[choices - 1]) picks[--choices] = 0;
    if (!choices) return 0;
    picks[choices - 1]++;
    return 1;
}
