-- What both page peers read: one deal, its people, 50 lines, 50 messages.
CREATE TABLE deal (id TEXT PRIMARY KEY, title TEXT NOT NULL, company TEXT NOT NULL, seller TEXT NOT NULL, currency TEXT NOT NULL,
                   introduction TEXT NOT NULL, revision INTEGER NOT NULL, valid_until TEXT NOT NULL);
CREATE TABLE contact (id INTEGER PRIMARY KEY, deal_id TEXT NOT NULL REFERENCES deal, name TEXT NOT NULL, role TEXT NOT NULL);
CREATE TABLE session (id TEXT PRIMARY KEY, contact_id INTEGER NOT NULL REFERENCES contact);
CREATE TABLE line (id INTEGER PRIMARY KEY, deal_id TEXT NOT NULL REFERENCES deal, position INTEGER NOT NULL, section TEXT NOT NULL,
                   sku TEXT NOT NULL, name TEXT NOT NULL, description TEXT NOT NULL, quantity NUMERIC NOT NULL, unit TEXT NOT NULL,
                   unit_price NUMERIC NOT NULL, list_price NUMERIC NOT NULL, discount_percent NUMERIC NOT NULL, tax_rate NUMERIC NOT NULL);
CREATE INDEX line_of_deal ON line (deal_id, position);
CREATE TABLE message (id INTEGER PRIMARY KEY, deal_id TEXT NOT NULL REFERENCES deal, author TEXT NOT NULL, body TEXT NOT NULL, at TEXT NOT NULL);
CREATE INDEX message_of_deal ON message (deal_id, id);
