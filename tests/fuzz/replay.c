/*
 * Run a fuzz target over files, or folders of them, with any compiler:
 *
 *	replay-TARGET FILE_OR_FOLDER...
 *
 * Each input stands alone in a piece of memory of its exact size, so that a sanitizer
 * sees the first byte read beyond it.
 */
#include <dirent.h>
#include <sys/stat.h>

#include "fuzz.h"

static int n_inputs;

static void replay_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	struct stat st;
	uint8_t *data;
	size_t size;

	MUST(f && fstat(fileno(f), &st) == 0);
	size = (size_t)st.st_size;
	data = malloc(size + !size);
	MUST(data && fread(data, 1, size, f) == size);
	(void)fclose(f); /* only read */
	(void)LLVMFuzzerTestOneInput(data, size);
	free(data);
	n_inputs++;
}

static int is_visible(const struct dirent *e)
{
	return e->d_name[0] != '.';
}

static void replay_folder(const char *path)
{
	struct dirent **names = NULL;
	int n = scandir(path, &names, is_visible, alphasort);

	MUST(n >= 0);
	for (int i = 0; i < n; i++) {
		char *file = NULL;

		MUST(asprintf(&file, "%s/%s", path, names[i]->d_name) >= 0);
		/* On stderr, where the last line names the input that ended the test. */
		fprintf(stderr, "%s\n", names[i]->d_name);
		replay_file(file);
		free(file);
		free(names[i]);
	}
	free(names);
}

int main(int argc, char **argv)
{
	struct stat st;

	for (int i = 1; i < argc; i++) {
		MUST(stat(argv[i], &st) == 0);
		if (S_ISDIR(st.st_mode))
			replay_folder(argv[i]);
		else
			replay_file(argv[i]);
	}
	printf("%d inputs\n", n_inputs);
	return n_inputs ? 0 : 1;
}
