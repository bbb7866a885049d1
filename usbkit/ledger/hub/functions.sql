-- What may be called at the hub. Each function runs with the owner's rights; who calls is session_user, which no
-- SET ROLE changes. Errors of ours have SQLSTATEs: UH401 not known here, UH403 not allowed, UH404 not the
-- caller's chain, UH409 another version.

SET LOCAL search_path = usbkit_hub, pg_temp;

-- What no copy of the hub shares with it: the cluster, the database, its table, and the server's start.
CREATE FUNCTION incarnation() RETURNS text LANGUAGE sql STABLE AS $$
    SELECT concat_ws(' ', (SELECT system_identifier FROM pg_control_system()),
        (SELECT oid FROM pg_database WHERE datname = current_database()),
        'usbkit_hub.number'::regclass::oid, extract(epoch FROM pg_postmaster_start_time()))
$$;

-- Who calls. A server that was started anew may be yesterday's copy: a new epoch begins. Who finds the row locked goes
-- on: a session that hangs stops nobody, and epoch() counts the new one already.
CREATE FUNCTION enter(p_protocol integer) RETURNS station LANGUAGE plpgsql AS $$
DECLARE me station;
BEGIN
    PERFORM set_config('synchronous_commit', 'on', true);
    SELECT * INTO me FROM station WHERE login = session_user;
    IF me IS NULL OR me.state = 'removed' THEN
        RAISE EXCEPTION '% is no station of this hub', session_user USING ERRCODE = 'UH401';
    END IF;
    IF p_protocol IS DISTINCT FROM (SELECT value::integer FROM fact WHERE name = 'version') THEN
        RAISE EXCEPTION '%', (SELECT value FROM fact WHERE name = 'version') USING ERRCODE = 'UH409';
    END IF;
    IF is_new() THEN
        PERFORM 1 FROM fact WHERE name = 'epoch' FOR UPDATE SKIP LOCKED;
        IF FOUND AND is_new() THEN
            UPDATE fact SET value = incarnation() WHERE name = 'incarnation';
            UPDATE fact SET value = value::bigint + 1 WHERE name = 'epoch';
        END IF;
    END IF;
    RETURN me;
END $$;

-- Whether the server was started anew, and nobody has written it down.
CREATE FUNCTION is_new() RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT value IS DISTINCT FROM usbkit_hub.incarnation() FROM usbkit_hub.fact WHERE name = 'incarnation' $$;

CREATE FUNCTION epoch() RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT value::bigint + usbkit_hub.is_new()::integer + (SELECT sum(set_backs) FROM usbkit_hub.station)
    FROM usbkit_hub.fact WHERE name = 'epoch'
$$;

-- Sessions of stations that leave a transaction open hold what others need: they are ended.
CREATE FUNCTION end_hanging() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_terminate_backend(a.pid) FROM pg_stat_activity a JOIN station s ON s.login = a.usename
    WHERE a.datname = current_database() AND a.pid <> pg_backend_pid() AND a.usename <> current_user
        AND a.xact_start < clock_timestamp() - (SELECT value FROM fact WHERE name = 'patience')::interval
        AND pg_has_role(a.usesysid, 'USAGE');
END $$;

-- So many bytes more are kept for the caller: a gigabyte at most, but for headquarters.
CREATE FUNCTION count_kept(me station, p_bytes bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE all_of_it bigint;
BEGIN
    UPDATE station SET kept = kept + p_bytes WHERE name = me.name RETURNING kept INTO all_of_it;
    IF me.role <> 'headquarters' AND all_of_it > 1073741824 THEN
        RAISE EXCEPTION '% has a gigabyte here already', me.name USING ERRCODE = 'UH403';
    END IF;
END $$;

-- Who has still to report before numbers are given: stations by name, chains of some that only a desk remembers by
-- origin.
CREATE FUNCTION waiting() RETURNS TABLE (station text, origin text) LANGUAGE sql STABLE AS $$
    SELECT s.name, s.origin FROM usbkit_hub.station s
    WHERE s.state = 'adopted' AND s.origin IS NOT NULL AND s.reported < (SELECT usbkit_hub.epoch())
    UNION ALL
    SELECT NULL, t.origin FROM usbkit_hub.told t
    WHERE NOT EXISTS (SELECT 1 FROM usbkit_hub.station s WHERE s.origin = t.origin)
    ORDER BY 1, 2
$$;

-- What entry p_sequence of the caller does to numbers, once pushed. Entries of other kinds are carried.
CREATE FUNCTION heed(me station, p_sequence bigint, p_body bytea) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    said jsonb := convert_from(p_body, 'UTF8')::jsonb -> 'event';
    kind text := said ->> 'kind';
    of_origin text := coalesce(said ->> 'order_origin', me.origin);
    named text := said ->> 'order';
    whole_now boolean;
    numbers integer[] := CASE WHEN jsonb_typeof(said -> 'numbers') = 'array'
        THEN ARRAY(SELECT jsonb_array_elements_text(said -> 'numbers')::integer) ELSE '{}' END;
BEGIN
    IF kind = 'order-split' AND said ->> 'hub' IS NOT NULL THEN
        PERFORM count_kept(me, 200 * cardinality(numbers));
        INSERT INTO number (origin, order_id, number) SELECT me.origin, named, unnest(numbers)
        ON CONFLICT DO NOTHING;
    ELSIF kind = 'order-split' THEN
        -- Another order stands for them.
        UPDATE number n SET state = 'void' WHERE n.origin = me.origin AND n.order_id = named
            AND n.number = ANY (numbers) AND n.state IN ('free', 'held', 'cancelled');
    ELSIF kind = 'numbers-claimed' THEN
        PERFORM heed_claim(me, said ->> 'claim', of_origin, named, numbers);
    ELSIF kind = 'numbers-returned' THEN
        PERFORM heed_return(me, of_origin, named, numbers);
    ELSIF kind = 'passport-minted' THEN
        UPDATE number n SET state = CASE n.state WHEN 'cancelled' THEN 'cancelled' ELSE 'used' END,
            drive = said ->> 'drive', is_whole = false, since = clock_timestamp()
        WHERE n.origin = coalesce(said ->> 'ordered_in', me.origin) AND n.order_id = named
            AND n.number = (said ->> 'number')::integer AND n.state IN ('held', 'used', 'cancelled')
            AND n.station = me.name;
        UPDATE contested c SET drive = said ->> 'drive', is_whole = false
        WHERE c.origin = coalesce(said ->> 'ordered_in', me.origin) AND c.order_id = named
            AND c.number = (said ->> 'number')::integer AND c.station = me.name;
    ELSIF kind IN ('drive-ended', 'drive-found', 'drive-voided') THEN
        whole_now := CASE kind WHEN 'drive-ended' THEN said ->> 'outcome' = 'whole'
            WHEN 'drive-found' THEN (said ->> 'is_whole')::boolean ELSE false END;
        UPDATE number n SET is_whole = whole_now
        WHERE n.station = me.name AND n.drive = said ->> 'drive' AND n.state IN ('used', 'cancelled');
        UPDATE contested c SET is_whole = whole_now WHERE c.station = me.name AND c.drive = said ->> 'drive';
    ELSIF kind = 'order-cancelled' THEN
        PERFORM count_kept(me, 200);
        INSERT INTO cancelled (origin, sequence, order_id) VALUES (me.origin, p_sequence, named);
        UPDATE number n SET state = 'cancelled' WHERE n.origin = me.origin AND n.order_id = named
            AND n.state IN ('free', 'held');
    ELSIF kind = 'entry-undone' AND said ->> 'chain' = me.origin THEN
        PERFORM heed_undone(me, (said ->> 'sequence')::bigint);
    ELSIF kind = 'numbers-recalled' AND me.role <> 'station' THEN
        UPDATE number n SET state = 'void' WHERE n.origin = of_origin AND n.order_id = named
            AND n.number = ANY (numbers) AND n.state <> 'void' AND NOT n.is_whole;
    ELSIF kind = 'chain-adopted' AND me.role <> 'station' AND said ->> 'name' IS NOT NULL THEN
        -- As the hub's: a chain that a desk took from a file has no name.
        INSERT INTO told (origin, station) VALUES (said ->> 'chain', said ->> 'name') ON CONFLICT DO NOTHING;
    END IF;
END $$;

-- That an order was cancelled is taken back by the chain that said so: each number is again what it was.
CREATE FUNCTION heed_undone(me station, p_sequence bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE named text; numbers integer[];
BEGIN
    UPDATE cancelled c SET is_undone = true WHERE c.origin = me.origin AND c.sequence = p_sequence
    RETURNING c.order_id INTO named;
    IF named IS NULL OR EXISTS (SELECT 1 FROM cancelled c
        WHERE c.origin = me.origin AND c.order_id = named AND NOT c.is_undone)
    THEN
        RETURN;
    END IF;
    WITH again AS (
        UPDATE number n SET state = CASE WHEN n.station IS NULL THEN 'free' WHEN n.drive IS NULL THEN 'held'
            ELSE 'used' END
        WHERE n.origin = me.origin AND n.order_id = named AND n.state = 'cancelled' RETURNING n.number
    )
    SELECT array_agg(a.number) INTO numbers FROM again a;
    PERFORM give_next(me.origin, named, numbers);
END $$;

-- A station says in its chain which numbers it claimed. It is what it got here; a hub that was set back learns it.
CREATE FUNCTION heed_claim(me station, p_claim text, p_origin text, p_order text, p_numbers integer[])
RETURNS void LANGUAGE plpgsql AS $$
DECLARE got integer[] := ARRAY(
    SELECT g.number FROM claim_number g JOIN claim c ON c.id = g.claim
    WHERE c.id = p_claim AND c.station = me.name AND c.origin = p_origin AND c.order_id = p_order);
BEGIN
    IF p_numbers <@ got THEN
        RETURN;
    ELSIF me.reported >= epoch() THEN
        RAISE EXCEPTION 'claim % of % never got these numbers', p_claim, me.name USING ERRCODE = 'UH403';
    ELSIF cardinality(p_numbers) > room_of(me) THEN
        RAISE EXCEPTION '% never held so many numbers', me.name USING ERRCODE = 'UH403';
    END IF;
    INSERT INTO claim (id, station, origin, order_id, is_done) VALUES (p_claim, me.name, p_origin, p_order, true)
    ON CONFLICT DO NOTHING;
    INSERT INTO claim_number (claim, number) SELECT p_claim, unnest(p_numbers) ON CONFLICT DO NOTHING;
    INSERT INTO number AS n (origin, order_id, number, state, station, claim, since)
    SELECT p_origin, p_order, unnest(p_numbers), 'held', me.name, p_claim, clock_timestamp()
    ON CONFLICT (origin, order_id, number) DO UPDATE
        SET state = CASE n.state WHEN 'free' THEN 'held' ELSE n.state END, station = me.name, claim = p_claim,
            since = clock_timestamp()
        WHERE n.state = 'free' OR n.state = 'cancelled' AND n.station IS NULL;
    PERFORM count_kept(me, 200 * cardinality(p_numbers));
    INSERT INTO contested (origin, order_id, number, station, claim)
    SELECT p_origin, p_order, n.number, me.name, p_claim FROM number n
    WHERE n.origin = p_origin AND n.order_id = p_order AND n.number = ANY (p_numbers)
        AND n.state IN ('held', 'cancelled') AND n.station <> me.name
    ON CONFLICT DO NOTHING;
END $$;

-- Numbers that were given back are free, or whose chain says so (see contested).
CREATE FUNCTION heed_return(me station, p_origin text, p_order text, p_numbers integer[])
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM contested c WHERE c.origin = p_origin AND c.order_id = p_order AND c.number = ANY (p_numbers)
        AND c.station = me.name;
    UPDATE number n SET state = CASE n.state WHEN 'held' THEN 'free' ELSE n.state END, station = NULL, claim = NULL,
        since = clock_timestamp()
    WHERE n.origin = p_origin AND n.order_id = p_order AND n.number = ANY (p_numbers) AND n.station = me.name
        AND (n.state = 'held' OR n.state = 'cancelled' AND n.drive IS NULL);
    PERFORM give_next(p_origin, p_order, p_numbers);
END $$;

-- Of these numbers the free ones are whose chain says so (see contested).
CREATE FUNCTION give_next(p_origin text, p_order text, p_numbers integer[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    WITH next AS (
        DELETE FROM contested c USING number n, station s
        WHERE c.origin = p_origin AND c.order_id = p_order AND c.number = ANY (p_numbers) AND s.name = c.station
            AND (n.origin, n.order_id, n.number, n.state) = (c.origin, c.order_id, c.number, 'free')
            AND room_of(s) > 0
        RETURNING c.*
    )
    UPDATE number n SET state = CASE WHEN next.drive IS NULL THEN 'held' ELSE 'used' END, station = next.station,
        claim = next.claim, drive = next.drive, is_whole = next.is_whole, since = clock_timestamp()
    FROM next WHERE (n.origin, n.order_id, n.number) = (next.origin, next.order_id, next.number);
END $$;

-- How many numbers a station may still get.
CREATE FUNCTION room_of(me station) RETURNS integer LANGUAGE sql STABLE AS $$
    SELECT me.cap - count(*)::integer FROM usbkit_hub.number n WHERE n.station = me.name AND n.state = 'held'
$$;

-- Append to the caller's own chain: continuity and hash are checked here. What is here already is passed over, so that
-- it can be asked again. Returns where the chain ends, or how it forks; then nothing was appended.
CREATE FUNCTION push(
    p_protocol integer, p_host text, p_version text, p_origin text, p_sequences bigint[], p_previous text[],
    p_bodies bytea[], p_hashes text[], p_drives text[], p_nonces text[]
) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE me station := enter(p_protocol); ends chain; kept text; nothing text := repeat('0', 64); grew bigint := 0;
BEGIN
    IF me.state = 'forked' THEN
        RETURN jsonb_build_object('fork', me.note);
    ELSIF me.origin IS NULL THEN
        PERFORM bind(me, p_origin);
        me.origin := p_origin;
    END IF;
    IF me.origin IS DISTINCT FROM p_origin THEN
        RAISE EXCEPTION '% writes the chain %, not %', session_user, me.origin, p_origin USING ERRCODE = 'UH403';
    END IF;
    INSERT INTO chain (origin, sequence, hash) VALUES (p_origin, 0, nothing) ON CONFLICT DO NOTHING;
    SELECT * INTO ends FROM chain WHERE origin = p_origin FOR UPDATE;
    FOR i IN 1 .. coalesce(array_length(p_sequences, 1), 0) LOOP
        IF digest_entry(p_origin, p_sequences[i], p_previous[i], p_bodies[i]) IS DISTINCT FROM p_hashes[i] THEN
            RAISE EXCEPTION 'entry % has another hash', p_sequences[i] USING ERRCODE = 'UH403';
        END IF;
        IF p_sequences[i] <= ends.sequence THEN
            SELECT hash INTO kept FROM entry WHERE origin = p_origin AND sequence = p_sequences[i];
            CONTINUE WHEN kept = p_hashes[i];
            RETURN note_fork(me, p_sequences[i], p_host);
        ELSIF p_sequences[i] > ends.sequence + 1 OR p_sequences[i] > 1000000 THEN
            RAISE EXCEPTION 'entry % does not follow on %', p_sequences[i], ends.sequence USING ERRCODE = 'UH403';
        ELSIF p_previous[i] IS DISTINCT FROM ends.hash THEN
            RETURN note_fork(me, p_sequences[i], p_host);
        END IF;
        INSERT INTO entry (origin, sequence, previous, body, hash)
        VALUES (p_origin, p_sequences[i], p_previous[i], p_bodies[i], p_hashes[i]);
        grew := grew + 400 + length(p_bodies[i]);
        ends.sequence := p_sequences[i];
        ends.hash := p_hashes[i];
        BEGIN
            PERFORM heed(me, p_sequences[i], p_bodies[i]);
        EXCEPTION WHEN data_exception OR program_limit_exceeded OR integrity_constraint_violation THEN
            NULL;  -- of another form than ours: carried
        END;
    END LOOP;
    UPDATE chain SET sequence = ends.sequence, hash = ends.hash WHERE origin = p_origin;
    INSERT INTO secret (origin, drive, nonce)
    SELECT p_origin, d, n FROM unnest(p_drives, p_nonces) AS given (d, n) WHERE d IS NOT NULL AND n IS NOT NULL
    ON CONFLICT DO NOTHING;
    PERFORM count_kept(me, grew + (SELECT coalesce(sum(200 + length(d) + length(n)), 0)
        FROM unnest(p_drives, p_nonces) AS given (d, n)));
    UPDATE station SET seen = clock_timestamp(), host = left(p_host, 120), version = left(p_version, 40)
    WHERE name = me.name;
    RETURN jsonb_build_object('sequence', ends.sequence, 'hash', ends.hash);
END $$;

-- A login writes the chain that it first pushed. One that is known here already is whose a desk or the owner says.
CREATE FUNCTION bind(me station, p_origin text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE whose text := (SELECT t.station FROM told t WHERE t.origin = p_origin);
BEGIN
    IF EXISTS (SELECT 1 FROM station s WHERE s.origin = p_origin)
        OR whose IS NULL AND EXISTS (SELECT 1 FROM chain c WHERE c.origin = p_origin) OR whose <> me.name
    THEN
        RAISE EXCEPTION 'the chain % is not known as that of %', p_origin, me.name USING ERRCODE = 'UH404';
    END IF;
    UPDATE station SET origin = p_origin WHERE name = me.name;
END $$;

-- As usbkit.ledger.chain.digest_entry.
CREATE FUNCTION digest_entry(p_origin text, p_sequence bigint, p_previous text, p_body bytea) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT encode(sha256(convert_to(concat_ws(E'\n', 'usbkit entry v1', p_origin, p_sequence, p_previous,
        length(p_body), ''), 'UTF8') || p_body), 'hex')
$$;

-- Two computers write one chain: neither is followed from here on.
CREATE FUNCTION note_fork(me station, p_sequence bigint, p_host text) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE says text := left(format('entry %s: %s and %s', p_sequence, coalesce(nullif(me.host, ''), '?'), p_host), 300);
BEGIN
    UPDATE station SET state = 'forked', note = says WHERE name = me.name;
    RETURN jsonb_build_object('fork', says);
END $$;

-- Letter words that the caller made, beside its entries.
CREATE FUNCTION push_words(p_protocol integer, p_origins text[], p_orders text[], p_words text[], p_salts text[])
RETURNS void LANGUAGE plpgsql AS $$
DECLARE me station := enter(p_protocol);
BEGIN
    PERFORM count_kept(me, (SELECT coalesce(sum(200 + length(o) + length(i) + length(w) + length(s)), 0)
        FROM unnest(p_origins, p_orders, p_words, p_salts) AS given (o, i, w, s)));
    INSERT INTO letter_word (maker, origin, order_id, word, salt)
    SELECT me.origin, o, i, w, s FROM unnest(p_origins, p_orders, p_words, p_salts) AS given (o, i, w, s)
    WHERE me.origin IS NOT NULL ON CONFLICT DO NOTHING;
END $$;

-- One look at the hub: where chains end, who is adopted as what, what is asked of the caller. p_wants are orders that
-- sticks wait for there: who holds numbers of it that no stick waits for gives them back.
CREATE FUNCTION poll(p_protocol integer, p_host text, p_version text, p_wants jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE me station := enter(p_protocol);
BEGIN
    PERFORM end_hanging();
    UPDATE station SET seen = clock_timestamp(), version = left(p_version, 40),
        wants = CASE WHEN jsonb_typeof(p_wants) = 'array' AND length(p_wants::text) < 10000 THEN p_wants ELSE '[]' END,
        host = CASE WHEN host = '' THEN left(p_host, 120) ELSE host END WHERE name = me.name;
    RETURN jsonb_build_object(
        'hub', (SELECT value FROM fact WHERE name = 'hub'), 'epoch', epoch(), 'time', clock_timestamp(),
        'me', to_jsonb(me),
        'chains', (SELECT coalesce(jsonb_object_agg(c.origin, jsonb_build_array(c.sequence, c.hash)), '{}') FROM chain c
            WHERE NOT EXISTS (SELECT 1 FROM station s WHERE s.origin = c.origin AND s.state = 'forked')),
        'stations', (SELECT coalesce(jsonb_agg(jsonb_build_object('name', s.name, 'origin', s.origin, 'role', s.role,
            'state', s.state, 'note', s.note) ORDER BY s.name), '[]') FROM station s WHERE s.origin IS NOT NULL),
        'free', (SELECT coalesce(jsonb_agg(jsonb_build_array(f.origin, f.order_id, f.free)), '[]') FROM (
            SELECT n.origin, n.order_id, count(*) AS free FROM number n WHERE n.state = 'free' GROUP BY 1, 2) f),
        'wanted', (SELECT coalesce(jsonb_agg(DISTINCT w), '[]') FROM station s, jsonb_array_elements(s.wants) AS w
            WHERE s.name <> me.name AND s.state = 'adopted' AND s.seen > clock_timestamp() - interval '10 s'),
        'recalled', (SELECT coalesce(jsonb_agg(jsonb_build_array(r.origin, r.order_id)), '[]') FROM recalled r
            WHERE r.station = me.name AND r.answered IS NULL),
        'waiting', (SELECT coalesce(jsonb_agg(coalesce(w.station, w.origin)), '[]') FROM waiting() w));
END $$;

-- Entries of others' chains beyond what is known (origin: sequence), in the order in which they came here.
CREATE FUNCTION pull(p_protocol integer, p_known jsonb, p_most integer)
RETURNS TABLE (origin text, sequence bigint, previous text, body bytea, hash text) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE me station := enter(p_protocol); most integer := least(greatest(p_most, 1), 1000);
BEGIN
    RETURN QUERY
    SELECT found.origin, found.sequence, found.previous, found.body, found.hash FROM chain c
    CROSS JOIN LATERAL (
        SELECT e.* FROM entry e WHERE e.origin = c.origin
            AND e.sequence > coalesce((p_known ->> c.origin)::bigint, 0) ORDER BY e.sequence LIMIT most) found
    WHERE c.origin IS DISTINCT FROM me.origin
        AND NOT EXISTS (SELECT 1 FROM station s WHERE s.origin = c.origin AND s.state = 'forked')
    ORDER BY found.position LIMIT most;
END $$;

-- Secrets that belong to entries: for desks, which read receipts.
CREATE FUNCTION nonces(p_protocol integer, p_origins text[], p_drives text[])
RETURNS TABLE (origin text, drive text, nonce text) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE me station := enter(p_protocol);
BEGIN
    IF me.role = 'station' THEN
        RAISE EXCEPTION '% is a station and reads no secrets', me.name USING ERRCODE = 'UH403', HINT = 'desk';
    END IF;
    RETURN QUERY SELECT s.origin, s.drive, s.nonce FROM secret s
        JOIN unnest(p_origins, p_drives) AS asked (o, d) ON s.origin = asked.o AND s.drive = asked.d;
END $$;

CREATE FUNCTION words(p_protocol integer, p_makers text[], p_origins text[], p_orders text[])
RETURNS TABLE (maker text, origin text, order_id text, word text, salt text) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE me station := enter(p_protocol);
BEGIN
    IF me.role = 'station' THEN
        RAISE EXCEPTION '% is a station and reads no secrets', me.name USING ERRCODE = 'UH403', HINT = 'desk';
    END IF;
    RETURN QUERY SELECT w.maker, w.origin, w.order_id, w.word, w.salt FROM letter_word w
        JOIN unnest(p_makers, p_origins, p_orders) AS asked (m, o, i)
        ON w.maker = asked.m AND w.origin = asked.o AND w.order_id = asked.i;
END $$;

-- Documents: which of these are not here; one put, under the name that its bytes give; one got.
CREATE FUNCTION lacking(p_protocol integer, p_names text[]) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE me station := enter(p_protocol);
BEGIN
    RETURN QUERY SELECT n FROM unnest(p_names) AS n EXCEPT SELECT d.sha256 FROM document d;
END $$;

CREATE FUNCTION put_document(p_protocol integer, p_kind text, p_body bytea) RETURNS text LANGUAGE plpgsql AS $$
DECLARE me station := enter(p_protocol); named text := encode(sha256(p_body), 'hex');
BEGIN
    INSERT INTO document (sha256, kind, body, station) VALUES (named, p_kind, p_body, me.name) ON CONFLICT DO NOTHING;
    IF FOUND THEN
        PERFORM count_kept(me, 400 + length(p_body));
    END IF;
    RETURN named;
END $$;

CREATE FUNCTION get_document(p_protocol integer, p_name text, OUT kind text, OUT body bytea) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE me station := enter(p_protocol);
BEGIN
    SELECT d.kind, d.body INTO kind, body FROM document d WHERE d.sha256 = p_name;
END $$;
