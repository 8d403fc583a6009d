/* A delta behind its base, whose length is the first byte: it is applied, or refused. */
#include "fuzz.h"
#include "odb/pack_delta.h"

#define RESULT_MAX (1u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t base_len = size ? data[0] : 0;
	struct delta d;
	char *result;

	if (size < 1 + base_len || !delta_open(&d, data + 1 + base_len, size - 1 - base_len))
		return 0;
	MUST(d.p <= d.end && d.end == data + size);
	if (d.result_len > RESULT_MAX)
		return 0;
	result = malloc(d.result_len + !d.result_len);
	MUST(result);
	memset(result, 'x', d.result_len);
	if (delta_apply(result, &d, (const char *)data + 1, base_len)) {
		MUST(d.base_len == base_len);
		/* Every byte comes from the base or the delta; none is left as it was. */
		for (size_t i = 0; i < d.result_len; i++)
			MUST(result[i] != 'x' || memchr(data, 'x', size));
	}
	free(result);
	return 0;
}
