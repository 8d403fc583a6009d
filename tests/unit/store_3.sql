-- A store of version 3, mined on 2025-07-01 from the repository of
-- tests/system/upgrade.sh; by Python's iterdump().
PRAGMA application_id = 1903325817;
PRAGMA user_version = 3;
BEGIN TRANSACTION;
CREATE TABLE commits(
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
  first_seen_s         INTEGER NOT NULL   -- mined_s of the run that stored it first; stays when the
                                          -- repository is read again, and when it comes back after it
                                          -- was gone
) STRICT;
INSERT INTO "commits" VALUES(1,1,X'5CE6AFC607689EAB3FDB33914ADCF63FCA55F1F7',1,2,1743700000,0,1743700000,0,8101,0,1,X'7B7A18F365356C67D0578AF6B079C05578BA9B0E','Export',2,1,-3916847772164720245,1751328000);
INSERT INTO "commits" VALUES(2,1,X'7B7A18F365356C67D0578AF6B079C05578BA9B0E',1,2,1743600000,0,1743600000,0,8101,0,1,X'F3CC15161345ECBEB904039A344A313D3E3157B2','Go on',2,1,48301029069591179,1751328000);
INSERT INTO "commits" VALUES(3,1,X'DFEA4F3BB35A130976CAC190148F5F5D658D890E',1,2,1743800000,0,1743800000,0,8101,0,1,X'5CE6AFC607689EAB3FDB33914ADCF63FCA55F1F7','End',2,1,-6256390662762078430,1751328000);
INSERT INTO "commits" VALUES(4,1,X'F3CC15161345ECBEB904039A344A313D3E3157B2',1,2,1743500000,0,1743500000,0,8101,0,0,X'','Begin',3,1,8114318114774322011,1751328000);
CREATE TABLE gone_commit(
  repo         INTEGER NOT NULL REFERENCES repo,
  oid          BLOB NOT NULL,
  first_seen_s INTEGER NOT NULL,
  gone_s       INTEGER NOT NULL,  -- mined_s of the run that found it gone
  PRIMARY KEY(repo, oid)
) STRICT, WITHOUT ROWID;
CREATE TABLE meta(
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "meta" VALUES('facts','1');
INSERT INTO "meta" VALUES('twins_read','1');
CREATE TABLE path(
  path INTEGER PRIMARY KEY,
  repo INTEGER NOT NULL REFERENCES repo,
  name ANY NOT NULL
) STRICT;
INSERT INTO "path" VALUES(1,1,'f');
CREATE TABLE path_class(
  path  INTEGER PRIMARY KEY REFERENCES path,
  class TEXT NOT NULL
) STRICT;
CREATE TABLE release(
  repo     INTEGER NOT NULL REFERENCES repo,
  name     TEXT NOT NULL,           -- without refs/tags/
  oid      BLOB NOT NULL,           -- of the commit; it need not be in commits
  tagged_s INTEGER NOT NULL,        -- by its tagger; of a tag without one, the committer time of its commit
  PRIMARY KEY(repo, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE repo(
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
INSERT INTO "repo" VALUES(1,'https://example.org/o/r','o/r',1,X'DFEA4F3BB35A130976CAC190148F5F5D658D890E','refs/heads/main',1751328000,0,0,'','',NULL,0,0,0,1,8098,0,-2491009450367367297,0,1);
CREATE TABLE repo_event(
  repo    INTEGER NOT NULL REFERENCES repo,
  kind    TEXT NOT NULL,
  first_s INTEGER NOT NULL,             -- when it was seen first
  last_s  INTEGER NOT NULL,             -- and last; of the moment: the same
  lasts   INTEGER NOT NULL,             -- 1: it was still so when fetching last could tell
  detail  TEXT NOT NULL
) STRICT;
CREATE TABLE repo_flag(
  repo INTEGER NOT NULL REFERENCES repo,
  flag TEXT NOT NULL,
  n    INTEGER NOT NULL,
  PRIMARY KEY(repo, flag)
) STRICT, WITHOUT ROWID;
CREATE TABLE signature(
  signature INTEGER PRIMARY KEY,
  name      TEXT NOT NULL,
  email     TEXT NOT NULL,
  raw_name  BLOB NOT NULL DEFAULT x'',
  raw_email BLOB NOT NULL DEFAULT x'',
  UNIQUE(name, email, raw_name, raw_email)
) STRICT;
INSERT INTO "signature" VALUES(1,'A','a@x.org',X'',X'');
INSERT INTO "signature" VALUES(2,'B','b@x.org',X'',X'');
INSERT INTO "signature" VALUES(3,'D','d@x.org',X'',X'');
INSERT INTO "signature" VALUES(4,'C','c@x.org',X'',X'');
CREATE TABLE tip_ledger(
  repo         INTEGER NOT NULL REFERENCES repo,
  n            INTEGER NOT NULL,  -- 1, 2, ... a repository
  tip          BLOB,              -- commit id; NULL: it had no commit any more
  branch       TEXT NOT NULL,     -- full name of the reference; '' without a tip
  mined_s      INTEGER NOT NULL,
  commits_new  INTEGER NOT NULL,  -- that the tip before could not reach
  commits_gone INTEGER NOT NULL,  -- that this tip cannot reach, and the one before could
  PRIMARY KEY(repo, n)
) STRICT, WITHOUT ROWID;
INSERT INTO "tip_ledger" VALUES(1,1,X'DFEA4F3BB35A130976CAC190148F5F5D658D890E','refs/heads/main',1751328000,4,0);
CREATE TABLE tip_path(
  repo INTEGER NOT NULL REFERENCES repo,
  path INTEGER NOT NULL REFERENCES path,
  PRIMARY KEY(repo, path)
) STRICT, WITHOUT ROWID;
INSERT INTO "tip_path" VALUES(1,1);
CREATE TABLE tip_text(
  repo INTEGER NOT NULL REFERENCES repo,
  path ANY NOT NULL,                -- as in path.name
  text BLOB,                        -- UTF-8, at most 64 KiB of it; NULL: its blob is absent
  PRIMARY KEY(repo, path)
) STRICT;
CREATE TABLE touch(
  commit_id INTEGER NOT NULL REFERENCES commits,
  path      INTEGER NOT NULL REFERENCES path,  -- after an exact rename: the new path
  old_path  INTEGER REFERENCES path,           -- the old path of an exact rename, else NULL
  status    TEXT NOT NULL,                     -- A, M, D, T, or R for an exact rename
  added     INTEGER,                           -- lines, as `git log --numstat -M100%` counts them; -2 binary,
                                               -- -3 a side is too large, -4 a blob is not there;
                                               -- NULL: not asked for
  deleted   INTEGER,                           -- likewise; 0 where added is < 0
  PRIMARY KEY(commit_id, path)
) STRICT, WITHOUT ROWID;
INSERT INTO "touch" VALUES(1,1,NULL,'M',NULL,NULL);
INSERT INTO "touch" VALUES(2,1,NULL,'M',NULL,NULL);
INSERT INTO "touch" VALUES(3,1,NULL,'M',NULL,NULL);
INSERT INTO "touch" VALUES(4,1,NULL,'A',NULL,NULL);
CREATE TABLE trailer(
  commit_id INTEGER NOT NULL REFERENCES commits,
  n         INTEGER NOT NULL,
  key       TEXT NOT NULL,                      -- canonical spelling, e.g. Co-authored-by
  value     TEXT NOT NULL,                      -- cut at 1 KiB
  signature INTEGER REFERENCES signature(signature), -- where the value is "Name <email>", else NULL
  PRIMARY KEY(commit_id, n)
) STRICT, WITHOUT ROWID;
INSERT INTO "trailer" VALUES(2,0,'Reviewed-by','D <d@x.org>',3);
INSERT INTO "trailer" VALUES(4,0,'Co-authored-by','C <c@x.org>',4);
CREATE UNIQUE INDEX commits_by_oid ON commits(repo, oid);
CREATE INDEX path_by_repo ON path(repo);
CREATE UNIQUE INDEX repo_event_lasting ON repo_event(repo, kind) WHERE lasts;
CREATE INDEX repo_event_by_repo ON repo_event(repo, kind);
COMMIT;
