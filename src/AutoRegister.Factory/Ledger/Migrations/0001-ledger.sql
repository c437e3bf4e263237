-- Types are named as their contents; LedgerMigrations says what each database calls them. Times are milliseconds since
-- 1970, UTC. Digests are SHA-256 in lower-case hex.

CREATE TABLE stations (
    name TEXT NOT NULL PRIMARY KEY,
    token_sha256 TEXT UNIQUE,               -- of its token; the token itself is nowhere
    certificate_sha256 TEXT UNIQUE,         -- of its client certificate's public key
    device_groups TEXT,                     -- those it may put devices into, separated by commas; NULL: any
    tags TEXT,                              -- those it may give devices, likewise
    production $flag$ NOT NULL,             -- whether it may register production devices
    addresses TEXT,                         -- ranges it may come from, separated by commas; NULL: any
    device_limit $int64$,                   -- how many devices it may register; NULL: any number
    devices $int64$ NOT NULL DEFAULT 0,     -- how many it has registered
    not_before $int64$,
    not_after $int64$,
    created $int64$ NOT NULL,
    revoked $int64$,
    CHECK (device_limit IS NULL OR devices <= device_limit)
) $strict$;

CREATE TABLE devices (
    uuid TEXT NOT NULL PRIMARY KEY CHECK (uuid = lower(uuid)),
    name TEXT NOT NULL,
    name_folded TEXT NOT NULL UNIQUE,       -- names differ in more than case
    asked_name TEXT NOT NULL,               -- what its request called it: the policy may know better
    device_group TEXT,
    hardware_id TEXT NOT NULL,
    tags TEXT,
    production $flag$ NOT NULL,
    sota_toml TEXT NOT NULL,                -- as it was answered: the same request gets the same answer
    station TEXT,                           -- who registered it; NULL: itself
    created $int64$ NOT NULL,
    registrations $int64$ NOT NULL,         -- how often this registration was answered
    last_seen $int64$,                      -- at the gateway
    rekey_until $int64$,                    -- a repaired board may bring another key until then
    revoked $int64$,
    revoked_reason TEXT
) $strict$;

CREATE TABLE keys (
    sha256 TEXT NOT NULL PRIMARY KEY,       -- of the SubjectPublicKeyInfo: one key is never two devices'
    uuid TEXT NOT NULL REFERENCES devices (uuid),
    created $int64$ NOT NULL,
    retired $int64$                         -- since a rekey or a confirmed successor it is no longer the device's
) $strict$;
CREATE INDEX keys_by_device ON keys (uuid);

CREATE TABLE certificates (
    serial TEXT NOT NULL PRIMARY KEY,       -- hexadecimal, upper-case
    uuid TEXT NOT NULL REFERENCES devices (uuid),
    key_sha256 TEXT NOT NULL REFERENCES keys (sha256),
    kind TEXT NOT NULL CHECK (kind IN ('registration', 'rekey', 'renewal')),
    state TEXT NOT NULL CHECK (state IN ('claimed', 'issued', 'void')),
    to_be_signed $bytes$ NOT NULL,          -- the exact TBSCertificate, written down before it is signed
    certificate TEXT,                       -- PEM
    not_after $int64$ NOT NULL,
    created $int64$ NOT NULL,
    confirmed $int64$,                      -- when it was first seen in use
    CHECK ((state = 'issued') = (certificate IS NOT NULL))
) $strict$;
CREATE INDEX certificates_by_key ON certificates (key_sha256);
CREATE INDEX certificates_by_device ON certificates (uuid);
CREATE INDEX certificates_claimed ON certificates (created) WHERE state = 'claimed';

CREATE TABLE expected_devices (
    number $int64$ NOT NULL PRIMARY KEY,
    uuid TEXT UNIQUE CHECK (uuid = lower(uuid)),
    serial_number TEXT UNIQUE,              -- the board's, by which its request names it
    key_sha256 TEXT UNIQUE,
    name TEXT,
    device_group TEXT,
    tags TEXT,
    production $flag$,
    imported $int64$ NOT NULL,
    registered_as TEXT,                     -- the device's uuid, once it came
    CHECK (uuid IS NOT NULL OR serial_number IS NOT NULL)
) $strict$;

CREATE TABLE pending_devices (
    uuid TEXT NOT NULL CHECK (uuid = lower(uuid)),
    key_sha256 TEXT NOT NULL,               -- a word is given for one key: whoever else claims the uuid waits beside it
    name TEXT NOT NULL,
    device_group TEXT,
    hardware_id TEXT NOT NULL,
    production $flag$ NOT NULL,
    station TEXT,
    address TEXT,
    asked $int64$ NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'accepted', 'refused')),
    decided $int64$,
    decided_by TEXT,
    PRIMARY KEY (uuid, key_sha256)
) $strict$;

CREATE TABLE audit (
    number $int64$ NOT NULL PRIMARY KEY,
    time $int64$ NOT NULL,
    actor TEXT NOT NULL,                    -- a station, a device, a person or a command
    address TEXT,
    action TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('done', 'refused')),
    uuid TEXT,
    serial TEXT,
    reason TEXT,
    hash TEXT NOT NULL                      -- over this row and the hash of the one before
) $strict$;

CREATE TABLE outbox (
    number $int64$ NOT NULL PRIMARY KEY,
    topic TEXT NOT NULL,
    uuid TEXT NOT NULL,
    body TEXT NOT NULL,
    created $int64$ NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'refused')),
    attempts $int64$ NOT NULL DEFAULT 0,
    next_attempt $int64$ NOT NULL,
    answer TEXT                             -- what the other side said last
) $strict$;
CREATE INDEX outbox_waiting ON outbox (next_attempt) WHERE state = 'waiting';

CREATE TABLE device_codes (
    device_code_sha256 TEXT NOT NULL PRIMARY KEY,
    user_code TEXT NOT NULL UNIQUE,
    uuid TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'approved', 'denied', 'used')),
    expires $int64$ NOT NULL,
    interval_seconds $int64$ NOT NULL,
    last_poll $int64$,
    access_token_sha256 TEXT UNIQUE,
    access_token_expires $int64$
) $strict$;
