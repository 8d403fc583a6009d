-- The facts: what the histories say.  Written by `quarry mine`; costly to rebuild.
-- (derived.sql holds the other kind, which `quarry derive` drops and rebuilds.)
--
-- Every statement adds what is not there yet, so that this script makes a new store
-- and also the tables that an older one has not; its columns are upgrade.c's.
--
-- Times are seconds since 1970-01-01 UTC as the commit records them; offsets are
-- minutes east of UTC.  A quarter is year * 4 + (0..3), so that quarters subtract
-- and compare: 2024Q1 is 8096.  Object ids are BLOBs of 20 bytes.  Row numbers
-- (repo, commit_id, signature, path) depend on the order of mining and never reach
-- an output.
--
-- A repository is written in one transaction: whole, or what is new of it.

-- One row a repository that some universe named, and how far it was mined.
CREATE TABLE IF NOT EXISTS repo(
  repo            INTEGER PRIMARY KEY,
  url             TEXT NOT NULL UNIQUE,        -- canonical, no '.git' or '/' at the end
  slug            TEXT NOT NULL,               -- owner/name
  state           INTEGER NOT NULL DEFAULT 0,  -- 0 never mined, 1 mined, 2 reachable but empty
  tip             BLOB,                        -- commit id the facts belong to; NULL unless state = 1
  branch          TEXT NOT NULL DEFAULT '',    -- full name of the reference that was mined
  mined_s         INTEGER NOT NULL DEFAULT 0,  -- when the facts were read
  fetched_s       INTEGER NOT NULL DEFAULT 0,  -- when quarry last brought it; 0: it was read in place (a mirror,
                                               -- a local path), so how fresh it is cannot be known
  facts_s         INTEGER NOT NULL DEFAULT 0,  -- the fetched_s up to which the facts are known
  fetch_problem   TEXT NOT NULL DEFAULT '',    -- why the last fetch could not bring it; '' if it could
  mine_problem    TEXT NOT NULL DEFAULT '',    -- why the last run could not read it; '' if it could
  mailmap         BLOB,                        -- .mailmap at the tip; NULL: none, or its blob is absent
  mailmap_missing INTEGER NOT NULL DEFAULT 0,  -- 1: the tip has a .mailmap whose blob is absent
  shallow         INTEGER NOT NULL DEFAULT 0,  -- 1: the history is cut off, so "new" cannot be known
  missing_objects INTEGER NOT NULL DEFAULT 0,  -- commits and trees that could not be read: of repo_flag those
                                               -- missing or damaged
  files_at_tip    INTEGER NOT NULL DEFAULT 0,  -- entries of the tip's tree that are not trees
  since           INTEGER NOT NULL DEFAULT -2147483648, -- touches are there of commits that may count in this
                                               -- quarter or a later one; -2147483648: of all
  lines           INTEGER NOT NULL DEFAULT 0,  -- 1: the lines of touches were counted
  objects         INTEGER NOT NULL DEFAULT 0,  -- equal while no object came to the local copy or went; the
                                               -- bits of 64 without a sign
  tags            INTEGER NOT NULL DEFAULT 0,  -- likewise of its tags; 0: they were not asked for
  complete        INTEGER NOT NULL DEFAULT 0   -- 1: nothing was missing that may be brought later; 0 too
                                               -- where a version before 3 read it
) STRICT;

-- What is odd about a repository as a whole, and how often; no row: never.
--   of what was read last:   shallow          commits at which the history is cut off
--                            replace_refs     references in refs/replace: ignored
--                            grafts           lines of info/grafts: ignored
--                            alternates       lines of objects/info/alternates: read, too
--   of all runs together:    missing_commits  named as parents and not there
--                            damaged_commits  there and not readable
--                            missing_trees    comparisons that wanted one: their touches are lost
--                            damaged_trees    likewise
--                            deep_trees       folders below 256 others: not read
--                            many_entries     commits with more than a million changed entries, or that
--                                             many trees to compare: they have no touches
--                            double_entries   a tree names a path twice: it counts once
--                            long_names       names longer than 1 KiB: not read
--                            future_times     commits with a time ahead of mined_s, which is then
--                                             set anew by each run that looks
-- A run that adds to a repository reads what is new alone, so the latter grow until the
-- repository is read whole again.
CREATE TABLE IF NOT EXISTS repo_flag(
  repo INTEGER NOT NULL REFERENCES repo,
  flag TEXT NOT NULL,
  n    INTEGER NOT NULL,
  PRIMARY KEY(repo, flag)
) STRICT, WITHOUT ROWID;

-- The tips that were mined, in their order: a row each time it was another one than
-- before.
CREATE TABLE IF NOT EXISTS tip_ledger(
  repo         INTEGER NOT NULL REFERENCES repo,
  n            INTEGER NOT NULL,  -- 1, 2, ... a repository
  tip          BLOB,              -- commit id; NULL: it had no commit any more
  branch       TEXT NOT NULL,     -- full name of the reference; '' without a tip
  mined_s      INTEGER NOT NULL,
  commits_new  INTEGER NOT NULL,  -- that the tip before could not reach
  commits_gone INTEGER NOT NULL,  -- that this tip cannot reach, and the one before could
  PRIMARY KEY(repo, n)
) STRICT, WITHOUT ROWID;

-- The (name, e-mail) of a commit or a trailer: a fact, immutable, shared by all
-- repositories.  Text is UTF-8, decoded once; where the bytes were something
-- else they stand in raw_*, which is empty otherwise.
CREATE TABLE IF NOT EXISTS signature(
  signature INTEGER PRIMARY KEY,
  name      TEXT NOT NULL,
  email     TEXT NOT NULL,
  raw_name  BLOB NOT NULL DEFAULT x'',
  raw_email BLOB NOT NULL DEFAULT x'',
  UNIQUE(name, email, raw_name, raw_email)
) STRICT;

-- Every commit that can be reached from the tip of a repository's default branch.
-- A commit that several repositories share has a row in each (metrics.md 4 says in
-- which one it counts).
CREATE TABLE IF NOT EXISTS commits(
  commit_id            INTEGER PRIMARY KEY,
  repo                 INTEGER NOT NULL REFERENCES repo,
  oid                  BLOB NOT NULL,
  author               INTEGER NOT NULL REFERENCES signature(signature),
  committer            INTEGER NOT NULL REFERENCES signature(signature),
  author_s             INTEGER NOT NULL,  -- as recorded, before any repair; 0 where there is none
  author_offset_min    INTEGER NOT NULL,
  committer_s          INTEGER NOT NULL,
  committer_offset_min INTEGER NOT NULL,
  author_quarter       INTEGER NOT NULL,  -- of author_s; kept because SQL cannot say it for every int64
  author_bin           INTEGER NOT NULL,  -- seven-day bin of author_s in that quarter, 0..12
  n_parents            INTEGER NOT NULL,
  parents              BLOB NOT NULL,     -- their ids, one after another, first parent first
  subject              TEXT NOT NULL,     -- first line of the message, cut at 1 KiB
  flags                INTEGER NOT NULL,  -- bits: 1 root, 2 landed, 4 bad author line, 8 bad committer
                                          -- line, 16 no author time, 32 no committer time, 64 not UTF-8,
                                          -- 128 cut at 8 MiB, 256 two authors or committers, 512 an empty
                                          -- e-mail, 1024 a NUL, 2048 an encoding that nobody knows, 4096
                                          -- some touches could not be read, 8192 a parent is not there
  n_touches            INTEGER,           -- rows in touch, 0 for merges; NULL: not read, as it cannot count
                                          -- in repo.since or later, or needs what is missing or damaged
  changes              INTEGER,           -- hash of the set of its changed (path, new blob id): the bits of
                                          -- 64 without a sign; 0 for merges; NULL where n_touches is
  first_seen_s         INTEGER NOT NULL,  -- mined_s of the run that stored it first; stays when the
                                          -- repository is read again, and when it comes back after it
                                          -- was gone
  first_touch          INTEGER            -- of its rows in touch_row the first; NULL: it has none
) STRICT;
-- The commits of a repository, and parents by id.  The repository first, so that the
-- ids of one lie together: in a large store those of a single piece would be written
-- all over the index.
CREATE UNIQUE INDEX IF NOT EXISTS commits_by_oid ON commits(repo, oid);

-- Commits that the tip cannot reach any more, after a force push; a commit that comes
-- back goes from here.
CREATE TABLE IF NOT EXISTS gone_commit(
  repo         INTEGER NOT NULL REFERENCES repo,
  oid          BLOB NOT NULL,
  first_seen_s INTEGER NOT NULL,
  gone_s       INTEGER NOT NULL,  -- mined_s of the run that found it gone
  PRIMARY KEY(repo, oid)
) STRICT, WITHOUT ROWID;

-- Paths of one repository, those that a touch or its tip names.  TEXT where the tree's
-- bytes are UTF-8, else BLOB.
CREATE TABLE IF NOT EXISTS path(
  path INTEGER PRIMARY KEY,
  repo INTEGER NOT NULL REFERENCES repo,
  name ANY NOT NULL
) STRICT;
-- Where the paths of a repository are: those of its rows that lie in these ranges. Each
-- run numbers what it adds in a row, so that a range a run does for an index of all.  (A
-- number that became free may be another repository's now.)
CREATE TABLE IF NOT EXISTS path_range(
  repo  INTEGER NOT NULL REFERENCES repo,
  first INTEGER NOT NULL,
  last  INTEGER NOT NULL,
  PRIMARY KEY(repo, first)
) STRICT, WITHOUT ROWID;

-- One changed entry between a commit with at most one parent and that parent (the
-- empty tree for a root): metrics.md file_touches, before any robust rule.  Those of a
-- commit follow each other from its first_touch on, n_touches of them: a table that only
-- grows at its end is filled in half the time of one that is ordered by commit.
CREATE TABLE IF NOT EXISTS touch_row(
  touch    INTEGER PRIMARY KEY,
  path     INTEGER NOT NULL REFERENCES path,  -- after an exact rename: the new path
  status   TEXT NOT NULL,                     -- A, M, D, T, or R for an exact rename
  old_path INTEGER REFERENCES path,           -- the old path of an exact rename, else NULL
  added    INTEGER,                           -- lines, as `git log --numstat -M100%` counts them; -2 binary,
                                              -- -3 a side is too large, -4 a blob is not there;
                                              -- NULL: not asked for
  deleted  INTEGER                            -- likewise; 0 where added is < 0
) STRICT;
-- The same with the commit of each; a commit has a path once.
CREATE VIEW IF NOT EXISTS touch AS
  SELECT c.commit_id AS commit_id, t.path AS path, t.old_path AS old_path, t.status AS status,
         t.added AS added, t.deleted AS deleted
  FROM commits c CROSS JOIN touch_row t
    ON t.touch BETWEEN c.first_touch AND c.first_touch + c.n_touches - 1;

-- Trailers that identity needs (src/mine/trailer.c lists the keys), in their order; and
-- behind them, in theirs, lines of the message that are none (src/mine/marks.h), each once:
--   line  says that something or somebody made it, or helped: 'Generated with ...', a
--         'Co-authored-by: ...' amid the text; at most 8 a commit
--   by    whose commit an export holds, from 'SHA by NAME <EMAIL>:'; at most 64
CREATE TABLE IF NOT EXISTS trailer(
  commit_id INTEGER NOT NULL REFERENCES commits,
  n         INTEGER NOT NULL,
  key       TEXT NOT NULL,                      -- canonical spelling, e.g. Co-authored-by; or line, by
  value     TEXT NOT NULL,                      -- cut at 1 KiB; a line is trimmed, and else as it stands
  signature INTEGER REFERENCES signature(signature), -- where the value is "Name <email>", else, and of
                                                -- a line, NULL
  PRIMARY KEY(commit_id, n)
) STRICT, WITHOUT ROWID;

-- The files of the tip's tree, as runs of paths without a gap: most of them got their
-- numbers in a row, so that runs are a fiftieth of the files.
CREATE TABLE IF NOT EXISTS tip_run(
  repo  INTEGER NOT NULL REFERENCES repo,
  first INTEGER NOT NULL REFERENCES path(path),
  last  INTEGER NOT NULL REFERENCES path(path),
  PRIMARY KEY(repo, first)
) STRICT, WITHOUT ROWID;
-- The same, a row a file.
CREATE VIEW IF NOT EXISTS tip_path AS
  SELECT tip_run.repo AS repo, path.path AS path
  FROM tip_run CROSS JOIN path ON path.path BETWEEN tip_run.first AND tip_run.last;

-- Of these, the ones that say what the repository is: README, manifests.
CREATE TABLE IF NOT EXISTS tip_text(
  repo INTEGER NOT NULL REFERENCES repo,
  path ANY NOT NULL,                -- as in path.name
  text BLOB,                        -- UTF-8, at most 64 KiB of it; NULL: its blob is absent
  PRIMARY KEY(repo, path)
) STRICT;

-- The tags that lead to a commit, where they were asked for.
CREATE TABLE IF NOT EXISTS release(
  repo     INTEGER NOT NULL REFERENCES repo,
  name     TEXT NOT NULL,           -- without refs/tags/
  oid      BLOB NOT NULL,           -- of the commit; it need not be in commits
  tagged_s INTEGER NOT NULL,        -- by its tagger; of a tag without one, the committer time of its commit
  PRIMARY KEY(repo, name)
) STRICT, WITHOUT ROWID;

-- Which kind of file a path is under the rules whose hash stands in meta
-- 'path_rules': a cache, filled by `quarry derive` for new paths only, because it
-- depends on nothing but the path and the rules.
CREATE TABLE IF NOT EXISTS path_class(
  path  INTEGER PRIMARY KEY REFERENCES path,
  class TEXT NOT NULL
) STRICT;

-- Hashes, what the derived tables were made from, and 'facts': how often facts were
-- written.  Derived tables name facts by row number, so they hold for one such state.
CREATE TABLE IF NOT EXISTS meta(
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What fetching saw of a repository, besides its history.  Nothing is derived from it.
--   of the moment:  branch_renamed  'old -> new'
--                   force_pushed    ''
--                   back            'gone' or 'private': what it had been
--   that lasts:     moved           the URL its server sends everybody on to
--                   gone            '': it had been brought before
--                   private         likewise, but its server asks for other credentials than ours
--                   empty           ''
--                   full_clone      the server, which takes no filter: all contents came, too
--                   no_tip_files    the server, which gives no single file
-- What lasts has one row from its beginning to its end, and a new one when it begins
-- anew, or with another detail.
CREATE TABLE IF NOT EXISTS repo_event(
  repo    INTEGER NOT NULL REFERENCES repo,
  kind    TEXT NOT NULL,
  first_s INTEGER NOT NULL,             -- when it was seen first
  last_s  INTEGER NOT NULL,             -- and last; of the moment: the same
  lasts   INTEGER NOT NULL,             -- 1: it was still so when fetching last could tell
  detail  TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS repo_event_lasting ON repo_event(repo, kind) WHERE lasts;
CREATE INDEX IF NOT EXISTS repo_event_by_repo ON repo_event(repo, kind);
