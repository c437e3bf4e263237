-- What a person must look at, and which certificates end soon: both are asked for every few seconds.

CREATE INDEX outbox_refused ON outbox (number) WHERE state = 'refused';
CREATE INDEX certificates_ending ON certificates (not_after) WHERE state = 'issued';
