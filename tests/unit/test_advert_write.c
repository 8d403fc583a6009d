/* What servers advertise, written down for libgit2. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <git2.h>
#include <git2/sys/transport.h>

#include "adverts.h"
#include "fetch/advert.h"
#include "quarry/fetch.h"

#define MUTATIONS 20000

/* What was read, the capabilities to write, what is written, and what libgit2 makes of it. */
static const struct { const char *text, *caps, *written, *heads; } lists[] = {
	{ "version 2|.|" A40 " HEAD symref-target:" MAIN "|.", "ofs-delta",
	  A40 " HEAD~ofs-delta symref=HEAD:" MAIN "|" A40 " " MAIN "|.",
	  "HEAD=a40>" MAIN " " MAIN "=a40" },
	{ "version 2|.|" B40 " refs/tags/w peeled:" C40 "|" A40 " HEAD symref-target:" MAIN "|" C40
	  " refs/tags/v|" A40 " " MAIN "|.", "side-band-64k ofs-delta filter",
	  A40 " HEAD~side-band-64k ofs-delta filter symref=HEAD:" MAIN "|" A40 " " MAIN "|" C40 " refs/tags/v|"
	  B40 " refs/tags/w|" C40 " refs/tags/w^{}|.",
	  "HEAD=a40>" MAIN " " MAIN "=a40 refs/tags/v=c40 refs/tags/w=b40 refs/tags/w^{}=c40" },
	/* HEAD is detached. */
	{ "version 2|.|" A40 " HEAD|.", "x", A40 " HEAD~x|.", "HEAD=a40" },
	{ "version 2|.|" A40 " HEAD|.", NULL, A40 " HEAD~|.", "HEAD=a40" },
	/* Nothing is there, or not yet. */
	{ "version 2|.|.", "x y", Z40 " capabilities^{}~x y|.", "" },
	{ "version 2|.|.", "", Z40 " capabilities^{}~|.", "" },
	{ ".", "x", Z40 " capabilities^{}~x|.", "" },
	{ "version 2|.|unborn HEAD symref-target:" MAIN "|.", "x", Z40 " capabilities^{}~x|.", "" },
	{ "version 2|.|unborn HEAD symref-target:" MAIN "|" B40 " refs/tags/v|.", "x", B40 " refs/tags/v~x|.",
	  "refs/tags/v=b40" },
	/* libgit2 would refuse the whole list for such a name. */
	{ "version 2|.|" A40 " HEAD symref-target:refs/heads/a..b|.", "x", A40 " HEAD~x|.", "HEAD=a40" },
	{ "version 2|.|" A40 " HEAD symref-target:refs/heads/*|.", "x", A40 " HEAD~x|.", "HEAD=a40" },
	{ "version 2|.|" A40 " HEAD symref-target:refs/heads/a:b|.", "x", A40 " HEAD~x|.", "HEAD=a40" },
	{ "version 2|.|" A40 " HEAD symref-target:HEAD|.", "x", A40 " HEAD~x|.", "HEAD=a40" },
	/* Twice the same name. */
	{ "version 2|.|" A40 " HEAD|" B40 " HEAD|.", "x", A40 " HEAD~x|.", "HEAD=a40" },
	{ "version 2|.|" B40 " refs/tags/a|" A40 " refs/tags/a|.", "x", A40 " refs/tags/a~x|" B40 " refs/tags/a|.",
	  "refs/tags/a=a40 refs/tags/a=b40" },
	{ A40 " HEAD~symref=HEAD:" MAIN " a|" A40 " " MAIN "|.", "symref=HEAD:other a",
	  A40 " HEAD~a symref=HEAD:" MAIN "|" A40 " " MAIN "|.", "HEAD=a40>" MAIN " " MAIN "=a40" },
	{ B40 " refs/tags/v~x|" C40 " refs/tags/v^{}|" A40 " HEAD|.", CAPS_0,
	  A40 " HEAD~" CAPS_0 "|" B40 " refs/tags/v|" C40 " refs/tags/v^{}|.",
	  "HEAD=a40 refs/tags/v=b40 refs/tags/v^{}=c40" },
};

static void write_list(struct str *out, size_t i)
{
	struct advert a = ADVERT_INIT;
	struct guard g;

	assert_int_equal(read_text(&a, &g, lists[i].text, 65536), 0);
	advert_write_v0(out, &a, lists[i].caps);
	assert_false(out->oom);
	advert_release(&a);
}

static void a_list_is_written_as_version_0_has_it(void **state)
{
	for (size_t i = 0; i < N(lists); i++) {
		struct str out = STR_INIT, got = STR_INIT;

		write_list(&out, i);
		unspell(&got, out.buf, out.len);
		assert_string_equal(got.buf, lists[i].written);
		str_release(&out);
		str_release(&got);
	}
}

static void a_list_of_sha256_ids_is_written_with_such(void **state)
{
	struct advert a = ADVERT_INIT;
	struct str out = STR_INIT, got = STR_INIT;
	struct guard g;

	assert_int_equal(read_text(&a, &g, "version 2|object-format=sha256|.|.", 3), 0);
	advert_write_v0(&out, &a, "object-format=sha256");
	unspell(&got, out.buf, out.len);
	assert_string_equal(got.buf, Z40 Z10 Z10 "0000 capabilities^{}~object-format=sha256|.");
	str_release(&out);
	str_release(&got);
	advert_release(&a);
}

/* --- libgit2 reads it ------------------------------------------------------ */

/* A subtransport that has one stream, with these bytes. */
struct served {
	git_smart_subtransport parent;
	git_smart_subtransport_stream stream;
	struct str bytes;
	size_t at;
};

static struct served served;

static int served_read(git_smart_subtransport_stream *stream, char *buf, size_t len, size_t *out)
{
	*out = len < served.bytes.len - served.at ? len : served.bytes.len - served.at;
	memcpy(buf, served.bytes.buf + served.at, *out);
	served.at += *out;
	return 0;
}

static int served_write(git_smart_subtransport_stream *stream, const char *buf, size_t len)
{
	return 0;
}

static void served_free(git_smart_subtransport_stream *stream)
{
}

static int served_action(git_smart_subtransport_stream **out, git_smart_subtransport *parent,
			 const char *url, git_smart_service_t service)
{
	*out = &served.stream;
	return 0;
}

static int served_close(git_smart_subtransport *parent)
{
	return 0;
}

static void served_free_all(git_smart_subtransport *parent)
{
}

static int served_new(git_smart_subtransport **out, git_transport *owner, void *payload)
{
	served.parent = (git_smart_subtransport){ served_action, served_close, served_free_all };
	served.stream = (git_smart_subtransport_stream){ &served.parent, served_read, served_write,
							 served_free };
	*out = &served.parent;
	return 0;
}

static int serve(git_transport **out, git_remote *owner, void *rpc)
{
	static git_smart_subtransport_definition definition;

	definition = (git_smart_subtransport_definition){ served_new, *(unsigned *)rpc, NULL };
	return git_transport_smart(out, owner, &definition);
}

static void assert_heads(git_remote *remote, const char *expected)
{
	const git_remote_head **heads;
	struct str got = STR_INIT;
	size_t n;

	assert_int_equal(git_remote_ls(&heads, &n, remote), 0);
	str_adds(&got, "");
	for (size_t i = 0; i < n; i++) {
		str_addf(&got, "%s%s=", i ? " " : "", heads[i]->name);
		add_id(&got, git_oid_tostr_s(&heads[i]->oid));
		if (heads[i]->symref_target)
			str_addf(&got, ">%s", heads[i]->symref_target);
	}
	assert_string_equal(got.buf, expected);
	str_release(&got);
}

static void libgit2_reads_what_is_written(void **state)
{
	for (size_t i = 0; i < N(lists) * 2; i++) {
		git_remote_callbacks callbacks = GIT_REMOTE_CALLBACKS_INIT;
		git_remote *remote = NULL;
		unsigned rpc = i & 1;

		served.at = 0;
		if (rpc)
			spell(&served.bytes, SERVICE);
		write_list(&served.bytes, i / 2);
		callbacks.transport = serve;
		callbacks.payload = &rpc;
		assert_int_equal(git_remote_create_detached(&remote, "https://host/a"), 0);
		assert_int_equal(git_remote_connect(remote, GIT_DIRECTION_FETCH, &callbacks,
						    /* proxy_opts= */ NULL, /* headers= */ NULL), 0);
		assert_int_equal(served.at, served.bytes.len);
		assert_heads(remote, lists[i / 2].heads);
		git_remote_free(remote);
		str_release(&served.bytes);
	}
}

/* --- at random ------------------------------------------------------------- */

/* Written again, what was taken is read again. */
static void assert_written_is_read(const struct advert *a)
{
	bool sha256 = advert_has(a, "object-format", "sha256");
	struct advert again = ADVERT_INIT;
	struct str out = STR_INIT;
	struct fake f;

	advert_write_v0(&out, a, sha256 ? "object-format=sha256" : "x");
	assert_false(out.oom);
	fake_start(&f, out.buf, out.len, out.len);
	assert_int_equal(read_bytes(&again, &f, /* branch= */ NULL, /* releases= */ true), 0);
	assert_int_equal(f.at, out.len);
	assert_true(again.refs.n <= a->refs.n + 1);
	advert_release(&again);
	fake_release(&f);
	str_release(&out);
}

static void a_damaged_list_is_refused_or_read_alike_in_any_pieces(void **state)
{
	uint64_t random = 7;
	size_t n_read = 0;

	for (int i = 0; i < MUTATIONS; i++) {
		struct str s = STR_INIT, refs[2] = { STR_INIT, STR_INIT };
		struct fake f;
		int rc[2];

		spell(&s, below(&random, 2) ? lists[below(&random, N(lists))].text
			: below(&random, 2) ? REFS_2 : REFS_0("symref=HEAD:" MAIN));
		mutate(&s, &random);
		for (int k = 0; k < 2; k++) {
			struct advert a = ADVERT_INIT;

			fake_start(&f, s.buf, s.len, k ? 1 + below(&random, 30) : s.len + 1);
			rc[k] = read_bytes(&a, &f, "b", /* releases= */ true);
			describe(&refs[k], &a);
			if (!rc[k])
				assert_written_is_read(&a);
			fake_release(&f);
			advert_release(&a);
		}
		n_read += !rc[0];
		assert_int_equal(rc[0], rc[1]);
		assert_string_equal(refs[0].buf, refs[1].buf);
		str_release(&refs[0]);
		str_release(&refs[1]);
		str_release(&s);
	}
	assert_in_range(n_read, MUTATIONS / 20, MUTATIONS - MUTATIONS / 20);
}

static int start(void **state)
{
	struct quarry_error err = QUARRY_ERROR_INIT;

	return quarry_fetch_init(&err);
}

static int stop(void **state)
{
	quarry_fetch_shutdown();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_list_is_written_as_version_0_has_it),
		cmocka_unit_test(a_list_of_sha256_ids_is_written_with_such),
		cmocka_unit_test(libgit2_reads_what_is_written),
		cmocka_unit_test(a_damaged_list_is_refused_or_read_alike_in_any_pieces),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
