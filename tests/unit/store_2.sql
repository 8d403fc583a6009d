-- The facts: what the histories say.  Written by `quarry mine`; costly to rebuild.
-- (derived.sql holds the other kind, which `quarry derive` drops and rebuilds.)
--
-- Every statement adds what is not there yet, so that this script makes a new store
-- and also a new one of an older one, as long as versions differ by whole tables.
--
-- Times are seconds since 1970-01-01 UTC as the commit records them; offsets are
-- minutes east of UTC.  A quarter is year * 4 + (0..3), so that quarters subtract
-- and compare: 2024Q1 is 8096.  Object ids are BLOBs of 20 bytes.  Row numbers
-- (repo, commit_id, signature, path) depend on the order of mining and never reach
-- an output.

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
  missing_objects INTEGER NOT NULL DEFAULT 0,  -- trees that could not be read: their touches are lost
  files_at_tip    INTEGER NOT NULL DEFAULT 0   -- entries of the tip's tree that are not trees
) STRICT;

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
                                          -- line, 16 no author time, 32 no committer time, 64 not UTF-8
  n_touches            INTEGER NOT NULL   -- rows in touch; 0 for merges
) STRICT;
-- Replacing a repository's facts, and every aggregate a repository.
CREATE INDEX IF NOT EXISTS commits_by_repo ON commits(repo);
-- Finding the commits that several repositories share, and parents by id.
CREATE INDEX IF NOT EXISTS commits_by_oid ON commits(oid, repo);

-- Paths of one repository.  TEXT where the tree's bytes are UTF-8, else BLOB.
CREATE TABLE IF NOT EXISTS path(
  path INTEGER PRIMARY KEY,
  repo INTEGER NOT NULL REFERENCES repo,
  name ANY NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS path_by_repo ON path(repo);

-- One changed entry between a commit with at most one parent and that parent (the
-- empty tree for a root): metrics.md file_touches, before any robust rule.
CREATE TABLE IF NOT EXISTS touch(
  commit_id INTEGER NOT NULL REFERENCES commits,
  path      INTEGER NOT NULL REFERENCES path,  -- after an exact rename: the new path
  old_path  INTEGER REFERENCES path,           -- the old path of an exact rename, else NULL
  status    TEXT NOT NULL,                     -- A, M, D, T, or R for an exact rename
  PRIMARY KEY(commit_id, path)
) STRICT, WITHOUT ROWID;

-- Trailers that identity needs (src/mine/trailer.c lists the keys), in their order.
CREATE TABLE IF NOT EXISTS trailer(
  commit_id INTEGER NOT NULL REFERENCES commits,
  n         INTEGER NOT NULL,
  key       TEXT NOT NULL,                      -- canonical spelling, e.g. Co-authored-by
  value     TEXT NOT NULL,                      -- cut at 1 KiB
  signature INTEGER REFERENCES signature(signature), -- where the value is "Name <email>", else NULL
  PRIMARY KEY(commit_id, n)
) STRICT, WITHOUT ROWID;

-- Which kind of file a path is under the rules whose hash stands in meta
-- 'path_rules': a cache, filled by `quarry derive` for new paths only, because it
-- depends on nothing but the path and the rules.
CREATE TABLE IF NOT EXISTS path_class(
  path  INTEGER PRIMARY KEY REFERENCES path,
  class TEXT NOT NULL
) STRICT;

-- Hashes, what the derived tables were made from, and 'facts': how often facts were
-- replaced.  Derived tables name facts by row number, so they hold for one such state.
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
