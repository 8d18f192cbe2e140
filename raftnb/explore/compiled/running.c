/* The state that is read, the one that is written, and the choices of a run. */

jmp_buf on_disabled;
const W *s, *t;
int halt, written[MOST_WRITTEN], written_n, pc_cell, pc_written;
W actor;
struct way *ways, *way;
int goes, may_repeat;

/* Choices: a script says which option each `either` of a run takes. */

#define MOST_CHOICES 64
static W picks[MOST_CHOICES], options[MOST_CHOICES];
int choices;

W choose(W n) {
    if (!n) longjmp(on_disabled, 1);
    if (choices == MOST_CHOICES) fail();
    options[choices] = n;
    return picks[choices++];
}

int next_script(void) {
    while (choices && picks[choices - 1] + 1 >= options[choices - 1]) picks[--choices] = 0;
    if (!choices) return 0;
    picks[choices - 1]++;
    return 1;
}
