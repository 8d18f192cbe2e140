/* States that are dealt out to several processes, of which this may be one. Whose a state is follows
   from a digest that is the same in all of them: they have the same text, so that words which are no
   nodes mean the same, and of a node it is made of what is in it (a node is never in a field that
   shares a word of a row: it would be too large for it). Only how evenly states are dealt out
   depends on it: states with equal digests have the same owner, and are told apart there. */

static int is_dealt_out;
static uint32_t own_number, shards_n = 1;
static int *whole;        /* of each word of a row: the group that has all of it, or -1 */
static uint32_t *digests; /* of nodes, each at half its place: a node has two words and more */
static uint16_t *homes;   /* of each state: how many shards further that of its parent is */

static inline uint32_t digest_of(W word);

static __attribute__((noinline)) uint32_t fresh_digest(W word) {
    uint64_t h = at(word)[-1];
    for (W i = 0; i < size(word); i++)
        h = (h ^ digest_of(at(word)[i])) * 0x9E3779B97F4A7C15u, h ^= h >> 29;
    return digests[(word & ~NODE) / 2] = (uint32_t)(h >> 32) | 1;
}

static inline uint32_t digest_of(W word) {
    if (!(word & NODE)) return word;
    uint32_t known = digests[(word & ~NODE) / 2];
    return known ? known : fresh_digest(word);
}

static uint32_t owner_of(const W *row) {
    uint64_t h = 0;
    for (int i = 0; i < WIDTH; i++)
        h += coefficients[i] * (whole[i] < 0 ? row[i] : digest_of(word_in(row, whole[i])));
    h = (h ^ h >> 32) * 0xD6E8FEB86659FD93u;
    return (uint32_t)((h >> 32) * shards_n >> 32);
}

/* What was sent away of late, so that it is not sent again: a mark of its hash, which is never 0, and
   the row. Where two fall to one place, the later one stays. A shard that has got a state does not
   lose it, unless a round is done again. */

#define MOST_SENT_BITS 20
static W *sent;
static int sent_bits = 4;

static size_t room_for_sent(void) { return (WIDTH + 1) * sizeof(W) << sent_bits; }
static inline W *sent_at(uint64_t hash) { return sent + (hash >> (64 - sent_bits)) * (WIDTH + 1); }

static inline int was_sent(const struct successor *one) {
    const W *last = sent_at(one->hash);
    return last[0] == ((W)one->hash | 1) && same_row(last + 1, one->row);
}

static inline int goes_away(const struct successor *one) {
    return is_dealt_out && one->to != own_number;
}

/* Whose a successor is; where it would be sent away, the place for that is fetched from memory. */
static inline void find_owner(struct successor *one) {
    if (!is_dealt_out) return;
    one->to = owner_of(one->row);
    if (goes_away(one)) __builtin_prefetch(sent_at(one->hash), 1);
}

/* For each shard what it is to get: parents, each with its row. */
static struct outgoing { W *words; size_t used, room; } *outgoing;

static __attribute__((noinline)) void *more_room(void *words, size_t bytes) {
    void *found = realloc(words, bytes);
    if (!found) no_room();
    return found;
}

static void send_away(const struct successor *one) {
    struct outgoing *out = &outgoing[one->to];
    W *last = sent_at(one->hash);
    if (out->used + WIDTH + 1 > out->room) {
        size_t room = 2 * out->room + WIDTH + (1 << 12);
        out->words = more_room(out->words, room * sizeof(W)), out->room = room;
    }
    out->words[out->used] = one->parent, last[0] = (W)one->hash | 1;
    memcpy(out->words + out->used + 1, one->row, WIDTH * sizeof(W));
    memcpy(last + 1, one->row, WIDTH * sizeof(W));
    out->used += WIDTH + 1;
}
