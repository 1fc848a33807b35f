-- calls: one row per API call. `method` is the SOAP method or the HTTP verb, `resource` the path after /services/data,
-- op the real-time operation (null: the call is no query), records the ids handed out, x a number for draws.
CREATE TABLE calls (
    done_at TIMESTAMP, session BIGINT, family VARCHAR, method VARCHAR, resource VARCHAR, entity VARCHAR, query VARCHAR, op VARCHAR,
    api_type VARCHAR, rows_total BIGINT, rows_now BIGINT, records VARCHAR, fields INTEGER, bytes BIGINT, status INTEGER, x BIGINT
);

-- reads, read_rows: paged queries of tools, filled by the one who reads; reads.step_ms is the pause between pages,
-- again_page the page that was asked for twice, page_limit how many pages were fetched (null: all).
CREATE TABLE reads (
    read_n BIGINT, done_at TIMESTAMP, session BIGINT, family VARCHAR, object VARCHAR, query VARCHAR, fields VARCHAR[],
    page_rows BIGINT, step_ms BIGINT, again_page BIGINT, hostile BOOLEAN, page_limit BIGINT
);
CREATE TABLE read_rows (read_n BIGINT, pos BIGINT, record_n BIGINT, id VARCHAR);

-- jobs: bulk 2.0 query jobs over a range of creation times.
CREATE TABLE jobs (
    job_n BIGINT, done_at TIMESTAMP, session BIGINT, object VARCHAR, query VARCHAR, fields VARCHAR[], from_at TIMESTAMP,
    to_at TIMESTAMP, row_count BIGINT, page_rows BIGINT, removed BOOLEAN, hostile BOOLEAN
);
-- gets: single records fetched over the API; get_n numbers those of a plan.
CREATE TABLE gets (done_at TIMESTAMP, session BIGINT, object VARCHAR, record_n BIGINT, id VARCHAR, hostile BOOLEAN, get_n BIGINT);

-- aura: requests of a page's own framework. The answer held the contacts numbered from from_n + 1 to to_n; equal: none.
CREATE TABLE aura (done_at TIMESTAMP, session BIGINT, action VARCHAR, from_n BIGINT, to_n BIGINT, x BIGINT);
-- identity: one row per event of the identity provider's log; detail is a JSON object of texts.
CREATE TABLE identity (
    done_at TIMESTAMP, event_type VARCHAR, actor_n BIGINT, target_n BIGINT, ip VARCHAR, agent VARCHAR, country VARCHAR, outcome VARCHAR,
    detail VARCHAR, hostile BOOLEAN, x BIGINT
);
-- changes: one row per entry of the setup audit trail that does not follow from a page of the set-up.
CREATE TABLE changes (done_at TIMESTAMP, user_n BIGINT, action VARCHAR, section VARCHAR, display VARCHAR, hostile BOOLEAN, x BIGINT);
