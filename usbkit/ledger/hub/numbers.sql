-- Numbers of orders: claimed, reported, recalled. Functions as those of functions.sql, which come before.

-- Claim numbers of an order under an id that the station wrote down before it asked; asked again it gives the same.
-- The header comes first, so that who asks twice at once waits for itself and nobody gets four for two.
CREATE FUNCTION claim(p_protocol integer, p_id text, p_origin text, p_order text, p_wanted integer)
RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE me station := enter(p_protocol); header claim; room integer; missing jsonb;
BEGIN
    IF me.state <> 'adopted' OR me.origin IS NULL THEN
        RAISE EXCEPTION '% gets no numbers: %', me.name, me.state USING ERRCODE = 'UH403';
    END IF;
    INSERT INTO claim (id, station, origin, order_id) VALUES (p_id, me.name, p_origin, p_order) ON CONFLICT DO NOTHING;
    IF FOUND THEN
        PERFORM count_kept(me, 400 + length(p_origin) + length(p_order));
    END IF;
    SELECT * INTO header FROM claim c WHERE c.id = p_id FOR UPDATE;
    IF (header.station, header.origin, header.order_id) IS DISTINCT FROM (me.name, p_origin, p_order) THEN
        RAISE EXCEPTION 'claim % is another''s', p_id USING ERRCODE = 'UH403';
    END IF;
    IF NOT header.is_done THEN
        missing := missing_reports(p_origin, p_order);
        IF missing <> '[]' THEN
            RETURN jsonb_build_object('numbers', '[]'::jsonb, 'waiting', missing);
        END IF;
        -- Two claims of one station at once would both see the room of one.
        PERFORM 1 FROM station s WHERE s.name = me.name FOR UPDATE;
        room := room_of(me);
        IF NOT EXISTS (SELECT 1 FROM recalled r
            WHERE r.origin = p_origin AND r.order_id = p_order AND r.station = me.name)
        THEN
            WITH free AS (
                SELECT n.number FROM number n
                WHERE n.origin = p_origin AND n.order_id = p_order AND n.state = 'free'
                ORDER BY n.number LIMIT greatest(0, least(p_wanted, room)) FOR UPDATE SKIP LOCKED
            ), taken AS (
                UPDATE number n SET state = 'held', station = me.name, claim = p_id, since = clock_timestamp()
                FROM free WHERE n.origin = p_origin AND n.order_id = p_order AND n.number = free.number
                RETURNING n.number
            )
            INSERT INTO claim_number (claim, number) SELECT p_id, t.number FROM taken t;
        END IF;
        UPDATE claim SET is_done = true WHERE id = p_id;
    END IF;
    RETURN jsonb_build_object('waiting', '[]'::jsonb, 'numbers', (
        SELECT coalesce(jsonb_agg(n.number ORDER BY n.number), '[]') FROM number n
        JOIN claim_number g ON g.claim = p_id AND g.number = n.number
        WHERE n.origin = p_origin AND n.order_id = p_order AND n.claim = p_id AND n.state = 'held'
            AND n.station = me.name));
END $$;

-- Whose report is missing before numbers of an order are given: nobody's who was recalled from it since.
CREATE FUNCTION missing_reports(p_origin text, p_order text) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT coalesce(jsonb_agg(coalesce(w.station, w.origin)), '[]') FROM usbkit_hub.waiting() w
    WHERE NOT EXISTS (SELECT 1 FROM usbkit_hub.recalled r WHERE r.origin = p_origin AND r.order_id = p_order
        AND r.station = w.station AND r.epoch = usbkit_hub.epoch())
$$;

-- All of the caller's chain is here: it says where it ends.
CREATE FUNCTION report(p_protocol integer, p_epoch bigint, p_sequence bigint, p_hash text) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE me station := enter(p_protocol);
BEGIN
    UPDATE station s SET reported = p_epoch FROM chain c
    WHERE s.name = me.name AND s.state = 'adopted' AND p_epoch = epoch() AND c.origin = me.origin
        AND c.sequence = p_sequence AND c.hash = p_hash AND NOT is_new();
    RETURN FOUND;
END $$;

-- The caller knows more than is here: the hub was set back. No number is given until everybody has reported. Once an
-- hour: who tells it again and again stops all the others, and is to be looked at by a person.
CREATE FUNCTION tell_set_back(p_protocol integer, p_why text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE me station := enter(p_protocol);
BEGIN
    UPDATE station SET set_backs = set_backs + 1, set_back_at = clock_timestamp(),
        note = left(format('told that the hub was set back: %s', p_why), 300)
    WHERE name = me.name
        AND (set_back_at IS NULL OR abs(extract(epoch FROM clock_timestamp() - set_back_at)) > 3600);
    IF NOT FOUND THEN
        RAISE EXCEPTION '% told this hour already that the hub was set back', me.name USING ERRCODE = 'UH403';
    END IF;
    RETURN epoch();
END $$;

-- ---- recalling: for desks ----

CREATE FUNCTION enter_desk(p_protocol integer) RETURNS station LANGUAGE plpgsql AS $$
DECLARE me station := enter(p_protocol);
BEGIN
    IF me.role = 'station' OR me.state <> 'adopted' THEN
        RAISE EXCEPTION '% is a % and recalls nothing', me.name, me.role USING ERRCODE = 'UH403', HINT = 'desk';
    END IF;
    RETURN me;
END $$;

-- Ask a station for an order's numbers. From here on it gets no more of it.
CREATE FUNCTION recall(p_protocol integer, p_origin text, p_order text, p_station text) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE me station := enter_desk(p_protocol);
BEGIN
    IF NOT EXISTS (SELECT 1 FROM station s WHERE s.name = p_station) THEN
        RAISE EXCEPTION '% is no station of this hub', p_station USING ERRCODE = 'UH401';
    END IF;
    INSERT INTO recalled AS r (origin, order_id, station, epoch) VALUES (p_origin, p_order, p_station, epoch())
    ON CONFLICT (origin, order_id, station) DO UPDATE SET asked = clock_timestamp(), answered = NULL;
    RETURN holding(p_protocol, p_origin, p_order, p_station);
END $$;

-- What a station has of an order, and whether it answered since it was asked.
CREATE FUNCTION holding(p_protocol integer, p_origin text, p_order text, p_station text) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE me station := enter_desk(p_protocol);
BEGIN
    RETURN jsonb_build_object(
        'answered', (SELECT r.answered FROM recalled r
            WHERE r.origin = p_origin AND r.order_id = p_order AND r.station = p_station),
        'seen', (SELECT s.seen FROM station s WHERE s.name = p_station),
        'origin', (SELECT s.origin FROM station s WHERE s.name = p_station),
        'held', (SELECT coalesce(jsonb_agg(n.number ORDER BY n.number), '[]') FROM number n WHERE n.origin = p_origin
            AND n.order_id = p_order AND n.station = p_station AND n.state = 'held'),
        'used', (SELECT coalesce(jsonb_agg(n.number ORDER BY n.number), '[]') FROM number n WHERE n.origin = p_origin
            AND n.order_id = p_order AND n.station = p_station AND n.state = 'used' AND NOT n.is_whole));
END $$;

-- The caller gave its numbers of an order back: its entries are here.
CREATE FUNCTION answer(p_protocol integer, p_origin text, p_order text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE me station := enter(p_protocol);
BEGIN
    UPDATE recalled r SET answered = clock_timestamp()
    WHERE r.origin = p_origin AND r.order_id = p_order AND r.station = me.name AND r.answered IS NULL
        AND NOT EXISTS (SELECT 1 FROM number n WHERE n.origin = p_origin AND n.order_id = p_order
            AND n.station = me.name AND n.state = 'held');
END $$;

-- A station that is not reached: what it has unfinished becomes void. Where it has not reported since the hub may have
-- been set back, nobody knows which of the free ones it has: they become void too. Asked again it gives the same.
CREATE FUNCTION make_void(p_protocol integer, p_origin text, p_order text, p_station text) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE me station := enter_desk(p_protocol); is_unknown boolean;
BEGIN
    SELECT s.reported < epoch() INTO is_unknown FROM station s WHERE s.name = p_station;
    IF NOT EXISTS (SELECT 1 FROM recalled r WHERE r.origin = p_origin AND r.order_id = p_order
        AND r.station = p_station)
    THEN
        RAISE EXCEPTION 'nobody asked % for numbers of %', p_station, p_order USING ERRCODE = 'UH403';
    END IF;
    UPDATE number n SET state = 'void', station = p_station, since = clock_timestamp()
    WHERE n.origin = p_origin AND n.order_id = p_order
        AND (n.station = p_station AND (n.state = 'held' OR n.state = 'used' AND NOT n.is_whole)
            OR is_unknown AND n.state = 'free');
    UPDATE recalled r SET epoch = epoch() WHERE r.origin = p_origin AND r.order_id = p_order AND r.station = p_station;
    RETURN (SELECT coalesce(jsonb_agg(n.number ORDER BY n.number), '[]') FROM number n WHERE n.origin = p_origin
        AND n.order_id = p_order AND n.state = 'void' AND n.station = p_station);
END $$;

-- An order that was made after the hub was set back, by its own desk: nobody has numbers of it that the hub forgot.
CREATE FUNCTION excuse(p_protocol integer, p_order text, p_station text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE me station := enter_desk(p_protocol);
BEGIN
    INSERT INTO recalled (origin, order_id, station, epoch, answered)
    VALUES (me.origin, p_order, p_station, epoch(), clock_timestamp())
    ON CONFLICT (origin, order_id, station) DO UPDATE SET epoch = epoch();
END $$;

-- The station gets numbers of this order again.
CREATE FUNCTION lift(p_protocol integer, p_origin text, p_order text, p_station text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE me station := enter_desk(p_protocol);
BEGIN
    DELETE FROM recalled r WHERE r.origin = p_origin AND r.order_id = p_order AND r.station = p_station;
END $$;

-- Who is adopted, what each has, and who has still to report: for everybody who may call at all.
CREATE FUNCTION stations(p_protocol integer) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE me station := enter(p_protocol);
BEGIN
    RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object(
        'name', s.name, 'login', s.login, 'role', s.role, 'cap', s.cap, 'origin', s.origin, 'state', s.state,
        'added', s.added, 'seen', s.seen, 'host', s.host, 'version', s.version, 'note', s.note,
        'has_reported', s.origin IS NULL OR s.reported >= epoch(),
        'entries', coalesce((SELECT c.sequence FROM chain c WHERE c.origin = s.origin), 0),
        'held', (SELECT count(*) FROM number n WHERE n.station = s.name AND n.state = 'held'),
        'used', (SELECT count(*) FROM number n WHERE n.station = s.name AND n.state = 'used'),
        'whole', (SELECT count(*) FROM number n WHERE n.station = s.name AND n.is_whole AND n.state = 'used')
    ) ORDER BY s.added, s.name), '[]') FROM station s);
END $$;

-- Of these functions a station calls some; what they call is nobody's. search_path is fixed for all.
DO $$
DECLARE f regprocedure;
BEGIN
    FOR f IN SELECT p.oid::regprocedure FROM pg_proc p WHERE p.pronamespace = 'usbkit_hub'::regnamespace LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
        EXECUTE format('ALTER FUNCTION %s SET search_path = usbkit_hub, pg_temp', f);
    END LOOP;
    FOR f IN SELECT p.oid::regprocedure FROM pg_proc p WHERE p.pronamespace = 'usbkit_hub'::regnamespace
        AND p.proname IN ('push', 'push_words', 'poll', 'pull', 'nonces', 'words', 'lacking', 'put_document',
            'get_document', 'claim', 'report', 'tell_set_back', 'recall', 'holding', 'answer', 'make_void', 'excuse',
            'lift', 'stations')
    LOOP
        EXECUTE format('ALTER FUNCTION %s SECURITY DEFINER', f);
    END LOOP;
END $$;
