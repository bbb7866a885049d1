-- The hub's tables. Only the functions in functions.sql and numbers.sql touch them; stations have no right on any of them.

CREATE SCHEMA usbkit_hub;
SET LOCAL search_path = usbkit_hub, pg_temp;

-- version, hub (a random id), epoch (rises when the server was started anew; see epoch()), incarnation (as it was then),
-- patience (how long a station may keep a transaction open).
CREATE TABLE fact (name text PRIMARY KEY, value text NOT NULL);

-- Who may call. A login is bound to the first chain that it pushed; reported is the epoch in which all of it was here.
-- set_backs counts how often it told that the hub was set back, each of its own, so that nobody waits for another's
-- transaction; kept is about how many bytes it has here.
CREATE TABLE station (
    name text PRIMARY KEY CHECK (name ~ '^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$'),
    login text NOT NULL UNIQUE,
    role text NOT NULL CHECK (role IN ('station', 'desk', 'headquarters')),
    cap integer NOT NULL CHECK (cap BETWEEN 1 AND 999),
    origin text UNIQUE CHECK (origin ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
    state text NOT NULL DEFAULT 'adopted' CHECK (state IN ('adopted', 'forked', 'removed')),
    reported bigint NOT NULL DEFAULT 0,
    added timestamptz NOT NULL DEFAULT clock_timestamp(),
    seen timestamptz,
    host text NOT NULL DEFAULT '',
    version text NOT NULL DEFAULT '',
    note text NOT NULL DEFAULT '',
    set_backs integer NOT NULL DEFAULT 0,
    set_back_at timestamptz,
    kept bigint NOT NULL DEFAULT 0,
    wants jsonb NOT NULL DEFAULT '[]'  -- orders that sticks wait for there, each with its chain
);

-- Chains, as in every ledger; chain has where each ends.
CREATE TABLE entry (
    position bigserial PRIMARY KEY,
    origin text NOT NULL,
    sequence bigint NOT NULL,
    previous text NOT NULL,
    body bytea NOT NULL CHECK (length(body) <= 65536),
    hash text NOT NULL,
    UNIQUE (origin, sequence)
);
CREATE TABLE chain (origin text PRIMARY KEY, sequence bigint NOT NULL, hash text NOT NULL);

-- Chains of stations, as a desk wrote them down or the owner said: who is to report, though the hub may have forgotten
-- it, and whose login binds to it.
CREATE TABLE told (origin text PRIMARY KEY, station text NOT NULL);

-- Orders that their chains cancelled, and whether they took that back.
CREATE TABLE cancelled (
    origin text NOT NULL,
    sequence bigint NOT NULL,
    order_id text NOT NULL,
    is_undone boolean NOT NULL DEFAULT false,
    PRIMARY KEY (origin, sequence)
);

-- Numbers of orders that are given out here, each to one holder at most. drive is the one that was minted last. One that
-- is cancelled is nobody's to make while its order is: then it is again what it was, to whoever held it.
CREATE TABLE number (
    origin text NOT NULL,
    order_id text NOT NULL,
    number integer NOT NULL CHECK (number BETWEEN 1 AND 999999),
    state text NOT NULL DEFAULT 'free' CHECK (state IN ('free', 'held', 'used', 'cancelled', 'void')),
    station text REFERENCES station,
    claim text,
    since timestamptz,
    drive text,
    is_whole boolean NOT NULL DEFAULT false,
    PRIMARY KEY (origin, order_id, number),
    CHECK (state IN ('free', 'cancelled', 'void') OR station IS NOT NULL)
);
CREATE INDEX number_station ON number (station, state);
CREATE INDEX number_drive ON number (station, drive);

-- After the hub was set back: numbers that a station says it has, and that another has here, until that one's chain says
-- that it gave them back. Which of them did it first is in no chain.
CREATE TABLE contested (
    origin text NOT NULL,
    order_id text NOT NULL,
    number integer NOT NULL,
    station text NOT NULL REFERENCES station,
    claim text NOT NULL,
    drive text,
    is_whole boolean NOT NULL DEFAULT false,
    PRIMARY KEY (origin, order_id, number, station)
);

-- A claim's header comes first; its numbers are what it got, once and for all.
CREATE TABLE claim (
    id text PRIMARY KEY CHECK (id ~ '^[0-9a-f]{32}$'),
    station text NOT NULL REFERENCES station,
    origin text NOT NULL,
    order_id text NOT NULL,
    is_done boolean NOT NULL DEFAULT false,
    at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TABLE claim_number (claim text NOT NULL REFERENCES claim, number integer NOT NULL, PRIMARY KEY (claim, number));

-- Stations that were asked to give an order's numbers back, and get none of it any more.
CREATE TABLE recalled (
    origin text NOT NULL,
    order_id text NOT NULL,
    station text NOT NULL REFERENCES station,
    epoch bigint NOT NULL,
    asked timestamptz NOT NULL DEFAULT clock_timestamp(),
    answered timestamptz,
    PRIMARY KEY (origin, order_id, station)
);

CREATE TABLE secret (origin text NOT NULL, drive text NOT NULL, nonce text NOT NULL, PRIMARY KEY (origin, drive));
CREATE TABLE letter_word (
    maker text NOT NULL, origin text NOT NULL, order_id text NOT NULL, word text NOT NULL, salt text NOT NULL,
    PRIMARY KEY (maker, origin, order_id)
);
CREATE TABLE document (
    sha256 text PRIMARY KEY,
    kind text NOT NULL CHECK (kind ~ '^[a-z][a-z0-9-]{0,39}$'),
    body bytea NOT NULL CHECK (length(body) <= 16777216),
    station text NOT NULL REFERENCES station
);

-- What is kept stays, whoever has the tables: a mistake of ours ends in an error.
CREATE FUNCTION is_kept() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$;
CREATE TRIGGER entry_no_change BEFORE UPDATE OR DELETE ON entry FOR EACH ROW EXECUTE FUNCTION is_kept();
CREATE TRIGGER document_no_change BEFORE UPDATE OR DELETE ON document FOR EACH ROW EXECUTE FUNCTION is_kept();
CREATE TRIGGER claim_number_no_change BEFORE UPDATE OR DELETE ON claim_number
    FOR EACH ROW EXECUTE FUNCTION is_kept();

-- Used is final: such a number is nobody else's any more. Void is the end.
CREATE FUNCTION number_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'void' AND NEW.state <> 'void'
        OR OLD.state = 'used' AND (NEW.state NOT IN ('used', 'void') OR NEW.station IS DISTINCT FROM OLD.station)
    THEN
        RAISE EXCEPTION 'number % of % is % and stays so', OLD.number, OLD.order_id, OLD.state;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER number_final BEFORE UPDATE ON number FOR EACH ROW EXECUTE FUNCTION number_is_final();
CREATE TRIGGER number_no_delete BEFORE DELETE ON number FOR EACH ROW EXECUTE FUNCTION is_kept();

REVOKE ALL ON ALL TABLES IN SCHEMA usbkit_hub FROM PUBLIC;
REVOKE ALL ON SCHEMA usbkit_hub FROM PUBLIC;
