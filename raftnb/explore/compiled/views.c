/* What is seen of the states that were met. */
static W *views;
static size_t views_size, views_n;

static size_t place_of_view(W seen) {
    size_t i = (seen * 0x9E3779B97F4A7C15u >> 32) & (views_size - 1);
    while (views[i] != UNBOUND && views[i] != seen) i = (i + 1) & (views_size - 1);
    return i;
}

static W *no_views(size_t n) {
    W *found = reserve(n * sizeof(W));
    for (size_t i = 0; found && i < n; i++) found[i] = UNBOUND;
    return found;
}

static void note_view(W seen) {
    if (views_n * 2 >= views_size) {
        W *old = views;
        size_t size = views_size;
        views = no_views(2 * size);
        if (!views) views = old, no_room();
        views_size = 2 * size;
        for (size_t i = 0; i < size; i++)
            if (old[i] != UNBOUND) views[place_of_view(old[i])] = old[i];
        munmap(old, size * sizeof(W));
    }
    views[place_of_view(seen)] = seen, views_n++;
}
