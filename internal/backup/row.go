package backup

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"cenacle/internal/account"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// A line of rows/ is an object that says what follows or is itself of use, or
// an array: one row of the table named last, its columns in the order named.
// Text is a string, a number is a number, bytes are base64, null is null.
type line struct {
	Key     *keyLine    `json:"key,omitempty"`
	Person  *personLine `json:"person,omitempty"`
	Table   string      `json:"table,omitempty"`
	Columns []string    `json:"columns,omitempty"`
}

// keyLine is a key of the firm, in clear under the seal of the archive.
type keyLine struct {
	Generation int64  `json:"generation"`
	Key        []byte `json:"key"`
	Created    int64  `json:"created"`
	Kept       string `json:"kept,omitempty"` // of those before it, sealed under it
	Turn       int    `json:"turn,omitempty"`
}

func lineOfKey(k vault.FirmKey) keyLine {
	raw := k.Key.Bytes()
	return keyLine{k.Generation, raw[:], store.Micros(k.Created), k.Kept, int(k.Turn)}
}

func (k keyLine) key() (vault.FirmKey, error) {
	if len(k.Key) != vault.KeySize {
		return vault.FirmKey{}, fmt.Errorf("backup: a key of %d bytes", len(k.Key))
	}
	defer clear(k.Key)
	return vault.FirmKey{
		Generation: k.Generation, Key: vault.KeyOf([vault.KeySize]byte(k.Key)), Created: store.Time(k.Created), Kept: k.Kept, Turn: vault.Stage(k.Turn),
	}, nil
}

// personLine is somebody the firm needs.
type personLine struct {
	ID       id.Person     `json:"id"`
	Email    string        `json:"email"`
	Language i18n.Language `json:"language"`
	Era      int64         `json:"era"`
	Created  int64         `json:"created"`
	Tied     int64         `json:"tied"` // 0: no tie
}

func lineOfPerson(c account.Carried) personLine {
	return personLine{c.ID, c.Email, c.Language, c.Era, store.Micros(c.Created), store.Micros(c.Tied)}
}

func (p personLine) person() (account.Carried, error) {
	if _, err := id.Parse[id.Person](string(p.ID)); err != nil {
		return account.Carried{}, err
	}
	language, known := i18n.Parse(string(p.Language))
	if !known {
		return account.Carried{}, fmt.Errorf("backup: language %q", p.Language)
	}
	return account.Carried{ID: p.ID, Email: p.Email, Language: language, Era: p.Era,
		Created: store.Time(p.Created), Tied: store.Time(p.Tied)}, nil
}

// left are the tables that stay behind: keys are carried apart, and what drives
// leave for a day is of no use elsewhere; how much of its house a firm may use, each
// operator decides.
func left(table string) bool {
	return slices.Contains([]string{"firm_key", "drive_lock", "drive_scratch", "firm_plan"}, table)
}

// stays reports a row that does not travel: an upload under way, whose next
// bytes would repeat a nonce.
func stays(t store.Table, values []any) bool {
	return t.Name == "upload" && values[column(t, "state")] != "done"
}

func column(t store.Table, name string) int {
	return slices.IndexFunc(t.Columns, func(c store.Column) bool { return c.Name == name })
}

func columns(t store.Table) (names []string) {
	for _, c := range t.Columns {
		names = append(names, c.Name)
	}
	return names
}

// encodeRow writes a row as an array.
func encodeRow(to []byte, values []any) ([]byte, error) {
	to = append(to, '[')
	for i, v := range values {
		if i > 0 {
			to = append(to, ',')
		}
		switch v := v.(type) {
		case nil:
			to = append(to, "null"...)
		case int64:
			to = strconv.AppendInt(to, v, 10)
		case []byte:
			to = append(base64.StdEncoding.AppendEncode(append(to, '"'), v), '"')
		case string:
			text, err := json.Marshal(v)
			if err != nil {
				return nil, err
			}
			to = append(to, text...)
		default:
			return nil, fmt.Errorf("backup: a column of %T", v)
		}
	}
	return append(to, "]\n"...), nil
}

// decodeRow reads what encodeRow wrote for a table.
func decodeRow(t store.Table, raw []byte) ([]any, error) {
	var cells []json.RawMessage
	if err := json.Unmarshal(raw, &cells); err != nil {
		return nil, err
	}
	if len(cells) != len(t.Columns) {
		return nil, fmt.Errorf("backup: %d values for the %d columns of %s", len(cells), len(t.Columns), t.Name)
	}
	values := make([]any, len(cells))
	for i, c := range t.Columns {
		var err error
		if values[i], err = decodeCell(c.Kind, cells[i]); err != nil {
			return nil, fmt.Errorf("backup: %s.%s: %w", t.Name, c.Name, err)
		}
	}
	return values, nil
}

var errCell = errors.New("not what the column holds")

func decodeCell(k store.Kind, raw json.RawMessage) (any, error) {
	if string(raw) == "null" {
		return nil, nil
	}
	switch k {
	case store.Text:
		var s string
		err := json.Unmarshal(raw, &s)
		return s, err
	case store.Number:
		return strconv.ParseInt(string(raw), 10, 64)
	case store.Bytes:
		b := []byte{}
		err := json.Unmarshal(raw, &b)
		return b, err
	}
	return nil, errCell
}

// instant is the form of instants in manifests.
func instant(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }
