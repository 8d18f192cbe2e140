/* Strong components and shortest ways in a digraph. The edges out of node i are those from `starts[i]`
   to before `starts[i + 1]`. */

#include <stdint.h>
#include <stdlib.h>

static int by_number(const void *a, const void *b) {
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

/* Put the targets of each node in order. */
void sort_targets(int32_t n, const int64_t *starts, int32_t *targets) {
    for (int32_t i = 0; i < n; i++) {
        int32_t *from = targets + starts[i];
        int64_t many = starts[i + 1] - starts[i];
        if (many > 32) {
            qsort(from, many, sizeof *from, by_number);
            continue;
        }
        for (int64_t j = 1; j < many; j++) {
            int32_t one = from[j];
            int64_t k = j;
            for (; k && from[k - 1] > one; k--) from[k] = from[k - 1];
            from[k] = one;
        }
    }
}

/* Tarjan's components of the nodes `inside`, by the edges that are `allowed`: the number of each node's
   is put into `of`, -1 for one that is not inside. How many there are; -1 where memory is short. */
int32_t components(int32_t n, const int64_t *starts, const int32_t *targets, const uint8_t *inside,
                   const uint8_t *allowed, int32_t *of) {
    int32_t *number = calloc((size_t)n + 1, sizeof *number), *low = malloc(((size_t)n + 1) * sizeof *low);
    int32_t *open = malloc(((size_t)n + 1) * sizeof *open), *way = malloc(((size_t)n + 1) * sizeof *way);
    int64_t *next = malloc(((size_t)n + 1) * sizeof *next);
    int32_t found = -1, met = 0, open_n = 0;
    if (number && low && open && way && next) {
        found = 0;
        for (int32_t i = 0; i < n; i++) of[i] = -1;
        for (int32_t root = 0; root < n; root++) {
            if (!inside[root] || number[root]) continue;
            int32_t deep = 0, node = root;
            number[node] = low[node] = ++met, next[node] = starts[node];
            way[deep] = open[open_n++] = node;
            while (deep >= 0) {
                node = way[deep];
                if (next[node] < starts[node + 1]) {
                    int64_t edge = next[node]++;
                    int32_t to = targets[edge];
                    if (!allowed[edge] || !inside[to]) continue;
                    if (!number[to]) {
                        number[to] = low[to] = ++met, next[to] = starts[to];
                        way[++deep] = open[open_n++] = to;
                    } else if (of[to] < 0 && number[to] < low[node]) {
                        low[node] = number[to];
                    }
                    continue;
                }
                if (low[node] == number[node]) {
                    int32_t one;
                    do of[one = open[--open_n]] = found; while (one != node);
                    found++;
                }
                if (--deep >= 0 && low[node] < low[way[deep]]) low[way[deep]] = low[node];
            }
        }
    }
    free(number), free(low), free(open), free(way), free(next);
    return found;
}

/* What is reached, and how: nodes in their order, and of each one its predecessor, and how far it is. */
struct reached { int64_t n; int32_t *order, *before, *far; };

static inline void reach(struct reached *all, int32_t node, int32_t from) {
    if (all->far[node] >= 0) return;
    all->far[node] = from < 0 ? 0 : all->far[from] + 1;
    all->before[node] = from, all->order[all->n++] = node;
}

/* The nodes that can be reached from the `first` ones, nearest first, each one's predecessor and how far
   it is, up to `most`; of the others both are -1 beforehand. How many there are.

   Ways stay in the `region`. With a `trigger` there are two copies of the graph, the second one `n`
   nodes behind: in the first one everything is allowed, and the step into a node of the trigger may go
   over to the second one, which is the region only. */
int64_t nearest(int32_t n, const int64_t *starts, const int32_t *targets, const int32_t *first,
                int64_t first_n, const uint8_t *region, const uint8_t *trigger, int32_t most,
                int32_t *order, int32_t *before, int32_t *far) {
    struct reached all = {0, order, before, far};
    for (int64_t i = 0; i < first_n; i++) reach(&all, first[i], -1);
    for (int64_t i = 0; i < all.n; i++) {
        int32_t from = order[i], shift = from >= n ? n : 0, node = from - shift;
        int is_free = trigger && !shift;
        if (far[from] == most) break;
        if (!is_free && !region[node]) continue;
        for (int64_t e = starts[node]; e < starts[node + 1]; e++)
            if (is_free || region[targets[e]]) reach(&all, targets[e] + shift, from);
        for (int64_t e = starts[node]; is_free && e < starts[node + 1]; e++)
            if (trigger[targets[e]]) reach(&all, targets[e] + n, from);
    }
    return all.n;
}
