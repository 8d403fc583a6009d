/*
 * Build-time tool: write files as one C array.
 *
 *	embed SYMBOL OUTPUT INPUT...
 *
 * defines `const char SYMBOL[]`, the inputs one after another, NUL-terminated.
 */
#include <stdio.h>

static int copy(FILE *out, const char *path)
{
	FILE *in = fopen(path, "rb");
	int c, n = 0;

	if (!in) {
		perror(path);
		return -1;
	}
	while ((c = getc(in)) != EOF)
		fprintf(out, "%d,%s", c, ++n % 24 ? "" : "\n");
	if (ferror(in)) {
		perror(path);
		fclose(in);
		return -1;
	}
	fclose(in);
	return 0;
}

int main(int argc, char **argv)
{
	FILE *out;
	int bad = 0;

	if (argc < 4) {
		fprintf(stderr, "usage: embed SYMBOL OUTPUT INPUT...\n");
		return 2;
	}
	out = fopen(argv[2], "wb");
	if (!out) {
		perror(argv[2]);
		return 1;
	}
	fprintf(out, "extern const char %s[];\nconst char %s[] = {\n", argv[1], argv[1]);
	for (int i = 3; i < argc && !bad; i++)
		bad = copy(out, argv[i]);
	fprintf(out, "0 };\n");
	if (ferror(out) || fclose(out) != 0) {
		perror(argv[2]);
		bad = -1;
	}
	return bad ? 1 : 0;
}
