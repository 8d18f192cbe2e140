/* Rows that may be among the forgotten states, gathered so that one reading tells it of all of them.
   They are needed where as many states are there as there may be: what is no new one has no room then
   until that is known. */

static size_t gathered_n, gathered_most;
static W *gathered, *gathered_places; /* the rows; a hash table of their numbers, plus one */
static unsigned char *was_met_once;   /* of each row: whether it is among the forgotten */
static int gathered_bits;

static void open_gathered(void) {
    gathered_bits = most_bits - 1, gathered_most = GROWS_AT(gathered_bits);
    gathered = reserve(gathered_most * WIDTH * sizeof(W));
    gathered_places = reserve(sizeof(W) << gathered_bits);
    was_met_once = reserve(gathered_most);
    if (!gathered || !gathered_places || !was_met_once) no_room();
}

void close_gathered(void) {
    if (!gathered) return;
    munmap(gathered, gathered_most * WIDTH * sizeof(W));
    munmap(gathered_places, sizeof(W) << gathered_bits);
    munmap(was_met_once, gathered_most);
}

void drop_gathered(void) {
    if (!gathered_n) return;
    memset(gathered_places, 0, sizeof(W) << gathered_bits);
    memset(was_met_once, 0, gathered_n);
    gathered_n = 0;
}

/* Where the number of a row stands, or the empty place for it. */
static W *place_of_gathered(const W *row, uint64_t hash) {
    size_t mask = ((size_t)1 << gathered_bits) - 1, i = hash >> (64 - gathered_bits);
    while (gathered_places[i] && !same_row(gathered + (gathered_places[i] - 1) * WIDTH, row))
        i = (i + 1) & mask;
    return &gathered_places[i];
}

/* Whether there was room for it. */
int gather(const W *row, uint64_t hash) {
    if (!gathered) open_gathered();
    W *place = place_of_gathered(row, hash);
    if (*place) return 1;
    if (gathered_n == gathered_most) return 0;
    memcpy(gathered + gathered_n * WIDTH, row, WIDTH * sizeof(W));
    *place = (W)++gathered_n;
    return 1;
}

int is_gathered(const W *row, uint64_t hash) {
    return gathered_n && *place_of_gathered(row, hash);
}

int is_of_the_forgotten(const W *row, uint64_t hash) {
    return was_met_once[*place_of_gathered(row, hash) - 1];
}

/* Read all that was forgotten, for those that are gathered. */
void look_among_the_forgotten(void) {
    for (size_t i = 0; i < oldest; i++) {
        W number = *place_of_gathered(row_at(i), hash_of_row(row_at(i)));
        if (number) was_met_once[number - 1] = 1;
    }
    reread_n += oldest;
}

size_t reread(void) { return reread_n; }
