/* Writes the log that `python -m raftnb conforms` reads by default. One line for each event,
   appended at once: nothing is lost when the program dies. cc emitter.c && ./a.out */
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static int file = -1;

/* Append one line: printf-like, a JSON object without its last brace. Lines over 8 KB are refused. */
static int emit(const char *format, ...)
{
	char line[8192];
	struct timespec now;
	va_list args;
	va_start(args, format);
	int n = vsnprintf(line, sizeof line, format, args);
	va_end(args);
	if (n < 0 || n >= (int)sizeof line - 40)
		return -1;
	clock_gettime(CLOCK_MONOTONIC, &now);
	n += snprintf(line + n, sizeof line - n, ",\"time\":%lld}\n",
		      now.tv_sec * 1000000000LL + now.tv_nsec);
	return write(file, line, n) == n ? 0 : -1;
}

/* Open the log; `servers` is a JSON list where the file is new, NULL where others began it. */
static int emit_open(const char *path, const char *servers)
{
	file = open(path, O_WRONLY | O_CREAT | O_APPEND, 0644);
	if (file < 0 || servers == NULL)
		return file < 0 ? -1 : 0;
	return emit("{\"event\":\"start\",\"servers\":%s", servers);
}

int main(void)
{
	if (emit_open("log.jsonl", "[\"s1\",\"s2\",\"s3\"]"))
		return 1;
	emit("{\"event\":\"time_out\",\"server\":\"%s\","
	     "\"state\":{\"currentTerm\":%d,\"role\":\"candidate\"}", "s1", 1);
	return emit("{\"event\":\"receive\",\"server\":\"%s\",\"message\":{\"type\":\"RequestVote\","
		    "\"from\":\"%s\",\"to\":\"%s\",\"term\":%d},\"state\":{\"votedFor\":\"%s\"}",
		    "s2", "s1", "s2", 1, "s1");
}
