-- What PostgreSQL lets every login do, and a station has no use for: locks of its own making (enough of them stop the
-- server), and large objects (which fill its disk). Only a superuser can take these rights away; for anybody else this
-- does nothing, and `usbkit doctor` says so. Then a superuser runs it: psql -1 -d DATABASE -f rights.sql

SET LOCAL client_min_messages = error;

DO $$
DECLARE f regprocedure;
BEGIN
    IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
        RETURN;
    END IF;
    FOR f IN SELECT p.oid::regprocedure FROM pg_proc p WHERE p.pronamespace = 'pg_catalog'::regnamespace
        AND (p.proname LIKE '%advisory%lock%' OR p.proname LIKE 'lo\_%' OR p.proname IN ('loread', 'lowrite'))
    LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', f);
    END LOOP;
END $$;
