-- Names and numbers of the tenant that follow from the seed.
SET VARIABLE pod = '5' || substr('ghijkmnpqrst', 1 + (hash(getvariable('seed')::BIGINT, 'pod') % 12)::INTEGER, 1);
SET VARIABLE first_id = 40000000 + (hash(getvariable('seed')::BIGINT, 'first id') % 400000000)::BIGINT;
SET VARIABLE org = id15('00D', 1);
SET VARIABLE app_softphone = id15('0H4', 11);
SET VARIABLE app_mobile = id15('0H4', 12);
SET VARIABLE app_hub = id15('0H4', 13);
SET VARIABLE app_telephony = id15('0H4', 14);
SET VARIABLE app_visitor = id15('0H4', 15);
-- Room for chunks between the numbers of two report runs; where the numbers of booked changes begin.
SET VARIABLE chunk_room = 100;
SET VARIABLE first_change = 0;
