package arch

import (
	"context"
	"database/sql"
	"errors"
	"regexp"
	"strings"
	"testing"

	"cenacle/internal/store"
)

// whole finds a step of SQLite's plan that reads all of a table ("SCAN x"), all that a
// firm has in it ("SEARCH x USING INDEX y (firm_id=?)"), or a stretch of it over all
// spaces ("… (firm_id=? AND id>?)"), in which what is asked for may be one row in a
// million: without statistics SQLite likes a range of a key better than the index of a
// space.
var whole = regexp.MustCompile(`^(?:SCAN (\w+)|SEARCH (\w+) USING (?:COVERING )?INDEX (\w+) \(firm_id=\?(?: AND \(?[\w,]+\)?[<>]\(?[?,]+\)?)*\)$)`)

// readWhole are tables that have one row for each firm, indexes that hold only
// what is asked for, and what is read from one end of its key.
var readWhole = map[string]string{
	"firm_profile": "one row", "firm_key": "one row", "journal_key": "one row",
	"journal_head": "its last row", "journal_hash": "its first or last row",
	"known_mark": "one row", "approval_house": "one row", "factor_demand": "one row", "firm_plate": "one row", "review_rule": "one row", "message_size": "one row", "charter": "its last row", "firm_sanction_list": "its last row", "firm_plan": "one row",
	"job":        "counted for the operator; what is done has no row",
	"card_staff": "holds the firm's own people only", "upload_dropped": "holds what is to be removed only",
	"journal_entry_waiting": "holds what waits for its place only",
	"journal_entry_host":    "holds what the operator did with the whole firm only",
	"space_key_turn":        "holds the keys that are being replaced only",
	"provider_live":         "holds the providers that are not ended, twenty at most",
	"firm_group":            "the groups of a firm, a hundred at most", "group_member": "who is in them, a hundred in each at most",
	"vigilance_screening_open": "holds what waits for a lawyer only",
	"webhook_live":             "holds the webhooks that are not ended, twenty at most",
	"item_deleted":             "holds what lies in the trash only",
	"version_unlearnt":         "holds what nothing has read yet only",
	"version_unscreened":       "what no scanner has looked at, of which ten are read",
	"membership_unplanned":     "holds who joined while an earlier program ran only",
	"memo_open":                "holds what awaits an answer only, and what got one since the last sweep",
	"memo_asking":              "holds what not everyone has acknowledged only",
	"memo_unworded":            "holds what is not found by its words yet only",
	"memo_unposted":            "likewise",
	"approval_asked":           "holds what waits for an approval only",
	"request_waiting":          "holds what is asked of people only",
	"request_avoided":          "counted for the desk of who is in many spaces",
	"waiting":                  "no table: whoever has not read something",
	"unread":                   "read from one end of its key",
	"search_posting":           "likewise",
	"version_unposted":         "what an earlier program has registered, of which some are read",
	"found":                    "no table: as many rows as a plan has places",
	"CONSTANT":                 "no table", "16": "no table: values to be inserted",
	"question_open":                "holds what waits for an answer only",
	"dire_line_open":               "likewise",
	"journal_entry_position":       "its last row",
	"sqlite_autoindex_vigilance_1": "a sweep goes through them for each list",
	"once_age":                     "reads what is to be removed only", "taken_at": "likewise",
	"access_token_age": "likewise", "webhook_notice_age": "likewise",
	"drive_scratch_age": "reads what was touched of late, or is to be removed", "drive_lock_expiry": "likewise",
	"vigilance_due": "reads what is due only",
	"support_until": "reads what still stands only",
	"unread_oldest": "read in the order of age until a desk is full, of those who have many spaces",
	"space_changed": "read in the order of change until a page is full, likewise",
	"event_begin":   "read in the order of time until a page is full, likewise",
	"version_size":  "the quota of a firm, where one is set", "upload_touched": "the quota of a firm, where one is set",
}

// page is a statement that goes on through all there is and wants each row of it: it
// has no other condition than where it goes on.
var page = regexp.MustCompile(`where (?:\w+\.)?firm_id = \$1(?: and (?:\w+\.)?\(?[\w, ]+\)? [<>]=? \(?[$\d, ]+\)?)+(?: and position is not null)? order by `)

// A list costs what it shows and an act what it changes, whatever the firm
// holds: no statement of a firm reads a whole table. SQLite plans without
// statistics, here as in a real installation.
func TestNoStatementReadsAllOfAFirm(t *testing.T) {
	firm, _ := databases(t, store.Config{Dir: t.TempDir()})
	for _, s := range allStatements(t) {
		if !s.Firm {
			continue
		}
		plan, err := planOf(t.Context(), firm, s.Text)
		if err != nil {
			t.Fatalf("%s: %v", s.Where, err)
		}
		for _, step := range plan {
			if excessive(step) && !page.MatchString(strings.Join(strings.Fields(s.Text), " ")) {
				t.Errorf("%s: %s\n%s", s.Where, step, s.Text)
			}
		}
	}
}

func TestPlanRules(t *testing.T) {
	for step, want := range map[string]bool{
		"SCAN item": true,
		"SEARCH c USING INDEX circle_member_person (firm_id=?)":                                         true,
		"SEARCH d USING COVERING INDEX sqlite_autoindex_document_1 (firm_id=?)":                         true,
		"SEARCH c USING INDEX circle_member_person (firm_id=? AND space_id=?)":                          false,
		"SEARCH firm_profile USING INDEX sqlite_autoindex_firm_profile_1 (firm_id=?)":                   false,
		"SEARCH card USING INDEX card_staff (firm_id=?)":                                                false,
		"SEARCH o USING COVERING INDEX membership_outside (firm_id=? AND space_id>? AND space_id<?)":    true,
		"SEARCH t USING INDEX memo_open (firm_id=? AND space_id>? AND space_id<?)":                      false,
		"SEARCH i USING INDEX sqlite_autoindex_item_1 (firm_id=? AND id>? AND id<?)":                    true,
		"SEARCH i USING INDEX item_space (firm_id=? AND space_id=? AND kind=? AND id>? AND id<?)":       false,
		"SEARCH e USING INDEX event_begin (firm_id=? AND starts_at>?)":                                  false,
		"SEARCH k USING INDEX sqlite_autoindex_space_key_1 (firm_id=? AND (space_id,generation)>(?,?))": true,
		"SCAN CONSTANT ROW": false,
	} {
		if got := excessive(step); got != want {
			t.Errorf("%s: excessive %v, want %v", step, got, want)
		}
	}
}

// TestPages tells what goes through all there is from what looks for something in it.
func TestPages(t *testing.T) {
	for text, want := range map[string]bool{
		"select id from version where firm_id = $1 and id > $2 order by id limit $3":                                          true,
		"select v.id from version v join document d on d.id = v.document_id where v.firm_id = $1 and v.id > $2 order by v.id": true,
		"select id from journal_entry where firm_id = $1 and space_id = $2 and id > $3 order by id limit $4":                  false,
		"select id from item where firm_id = $1 and id > $2 and deleted_at = 0 order by id limit $3":                          false,
	} {
		if got := page.MatchString(text); got != want {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}

func excessive(step string) bool {
	m := whole.FindStringSubmatch(step)
	if m == nil {
		return false
	}
	return readWhole[m[1]] == "" && readWhole[m[2]] == "" && readWhole[m[3]] == ""
}

func planOf(ctx context.Context, db *sql.DB, text string) (steps []string, err error) {
	args := make([]any, strings.Count(text, "$"))
	for i := range args {
		args[i] = "x"
	}
	rows, err := db.QueryContext(ctx, "explain query plan "+text, args...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			return nil, err
		}
		steps = append(steps, step)
	}
	return steps, rows.Err()
}
