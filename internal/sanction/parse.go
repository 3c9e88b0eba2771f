package sanction

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"cenacle/internal/fault"
)

// What a list may hold; the one in force is a tenth of it.
const (
	MaxFile    = 96 << 20 // bytes
	maxEntries = 100_000
	maxEntry   = 1 << 20 // bytes of one
	maxFields  = 2_000   // values of one entry
	maxText    = 20_000  // bytes of one value
	keptText   = 2_000   // characters of the reasons that are kept
)

// Why a file is refused; each is the cause of a fault.Invalid in the field "file".
var (
	errShape = errors.New("sanction: not the form of the list")
	errWhole = errors.New("sanction: the file ends before the list does")
	errBound = errors.New("sanction: beyond what a list may hold")
)

// Read reads the file in which the Treasury publishes the list, entry by entry: a JSON
// object whose "Publications" holds "DatePublication" and "PublicationDetail". It fails
// with Invalid, in the field "file", for a file of another form, for one that is cut off,
// and for one without a date or an entry; with TooLarge for more than a list may hold.
// What a field of an entry says beside what is kept is left out.
func Read(from io.Reader) (List, error) {
	sum := sha256.New()
	limited := &io.LimitedReader{R: io.TeeReader(from, sum), N: MaxFile + 1}
	r := reading{d: json.NewDecoder(limited), known: map[int]bool{}}
	err := r.whole()
	switch {
	case limited.N <= 0 || errors.Is(err, errBound):
		return List{}, fault.New(fault.TooLarge, "sanction.large").In("file").Because(err)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, errWhole):
		return List{}, fault.New(fault.Invalid, "sanction.cut").In("file").Because(err)
	case unread(err):
		return List{}, fault.New(fault.Invalid, "sanction.other").In("file").Because(err)
	case err != nil: // who sends it stopped
		return List{}, fmt.Errorf("sanction: read: %w", err)
	}
	r.list.SHA256 = hex.EncodeToString(sum.Sum(nil))
	return r.list, nil
}

// unread reports whether it is the text that is wrong.
func unread(err error) bool {
	if errors.Is(err, errShape) {
		return true
	}
	_, syntax := errors.AsType[*json.SyntaxError](err)
	_, kind := errors.AsType[*json.UnmarshalTypeError](err)
	return syntax || kind
}

// reading is a list that is being read.
type reading struct {
	d     *json.Decoder
	list  List
	known map[int]bool
	said  bool // the publication was there
}

func (r *reading) whole() error {
	err := r.object(func(key string) error {
		if key != "Publications" {
			return r.skip()
		}
		if r.said {
			return fmt.Errorf("%w: two publications", errShape)
		}
		r.said = true
		return r.object(r.publication)
	})
	if err != nil {
		return err
	}
	if _, err := r.d.Token(); err == nil {
		return fmt.Errorf("%w: more after the list", errShape)
	} else if !errors.Is(err, io.EOF) {
		return err
	}
	if !r.said || r.list.Published == "" || len(r.list.Entries) == 0 {
		return fmt.Errorf("%w: no date, or no entry", errShape)
	}
	return nil
}

func (r *reading) publication(key string) error {
	switch key {
	case "DatePublication":
		var at string
		if err := r.d.Decode(&at); err != nil {
			return err
		}
		day, err := time.Parse(time.DateOnly, at[:min(len(at), len(time.DateOnly))])
		if err != nil || r.list.Published != "" {
			return fmt.Errorf("%w: the date of publication", errShape)
		}
		r.list.Published = day.Format(time.DateOnly)
		return nil
	case "PublicationDetail":
		if r.list.Entries != nil {
			return fmt.Errorf("%w: two lists", errShape)
		}
		return r.entries()
	}
	return r.skip()
}

func (r *reading) entries() error {
	if err := r.delim('['); err != nil {
		return err
	}
	r.list.Entries = []Entry{}
	for r.d.More() {
		if len(r.list.Entries) == maxEntries {
			return errBound
		}
		before := r.d.InputOffset()
		var raw rawEntry
		if err := r.d.Decode(&raw); err != nil {
			return err
		}
		if r.d.InputOffset()-before > maxEntry {
			return errBound
		}
		e, err := raw.entry()
		if err != nil {
			return err
		}
		if r.known[e.Number] {
			return fmt.Errorf("%w: number %d twice", errShape, e.Number)
		}
		r.known[e.Number] = true
		r.list.Entries = append(r.list.Entries, e)
	}
	return r.delim(']')
}

// object reads the members of one; do reads the value of each.
func (r *reading) object(do func(key string) error) error {
	if err := r.delim('{'); err != nil {
		return err
	}
	for r.d.More() {
		t, err := r.d.Token()
		if err != nil {
			return err
		}
		key, _ := t.(string) // the decoder gives nothing else here
		if err := do(key); err != nil {
			return err
		}
	}
	return r.delim('}')
}

func (r *reading) delim(want json.Delim) error {
	t, err := r.d.Token()
	if err != nil {
		return err
	}
	if t != want {
		return fmt.Errorf("%w: %v where %v belongs", errShape, t, want)
	}
	return nil
}

func (r *reading) skip() error {
	var aside json.RawMessage
	return r.d.Decode(&aside)
}

// rawEntry is an entry as the file has it.
type rawEntry struct {
	IdRegistre     json.Number
	Nature         string
	Nom            string
	RegistreDetail []struct {
		TypeChamp string
		Valeur    []map[string]json.RawMessage
	}
}

// natures are the words of the file.
func natureOf(word string) (Nature, bool) {
	switch strings.ToLower(strings.TrimSpace(word)) {
	case "personne physique":
		return Human, true
	case "personne morale":
		return Company, true
	case "navire":
		return Ship, true
	}
	return "", false
}

func (raw rawEntry) entry() (e Entry, err error) {
	number, err := strconv.Atoi(raw.IdRegistre.String())
	if err != nil || number < 0 {
		return e, fmt.Errorf("%w: a number %q", errShape, raw.IdRegistre)
	}
	e.Number = number
	var ok bool
	if e.Nature, ok = natureOf(raw.Nature); !ok {
		return e, fmt.Errorf("%w: a nature %q", errShape, raw.Nature)
	}
	said, err := raw.fields()
	if err != nil {
		return e, fmt.Errorf("number %d: %w", number, err)
	}
	e.Name = raw.Nom
	if e.Nature == Human {
		e.Name = joined(append(texts(said["PRENOM"], "Prenom"), raw.Nom)...)
	}
	e.Name = joined(e.Name)
	e.Aliases = once(texts(said["ALIAS"], "Alias"))
	if e.Nature == Ship {
		e.Aliases = once(append(e.Aliases, texts(said["IDENTIFICATION"], "Identification")...)) // its IMO number
	}
	if e.Name == "" || len(e.Name) > maxText {
		return e, fmt.Errorf("%w: number %d without a name", errShape, number)
	}
	e.Births = births(said["DATE_DE_NAISSANCE"])
	for _, v := range said["LIEU_DE_NAISSANCE"] {
		e.Places = append(e.Places, strings.Join(once([]string{v["Lieu"], v["Pays"]}), ", "))
	}
	e.Places = once(e.Places)
	e.Nations = once(texts(said["NATIONALITE"], "Pays"))
	e.Basis = once(append(texts(said["FONDEMENT_JURIDIQUE"], "FondementJuridiqueLabel", "FondementJuridique"), texts(said["REFERENCE_UE"], "ReferenceUe", "ReferenceUE")...))
	e.Reasons = short(strings.Join(once(texts(said["MOTIFS"], "Motifs")), " "))
	return e, nil
}

// fields are the values of an entry by the word of their field, as texts.
func (raw rawEntry) fields() (map[string][]map[string]string, error) {
	out, n := map[string][]map[string]string{}, 0
	for _, field := range raw.RegistreDetail {
		if field.TypeChamp == "" {
			return nil, fmt.Errorf("%w: a field without a kind", errShape)
		}
		for _, v := range field.Valeur {
			said := make(map[string]string, len(v))
			for key, value := range v {
				text, err := textOf(value)
				if err != nil {
					return nil, err
				}
				said[key] = text
				n++
			}
			if n > maxFields {
				return nil, errBound
			}
			out[field.TypeChamp] = append(out[field.TypeChamp], said)
		}
	}
	return out, nil
}

// textOf is a value that is a text, a number or nothing.
func textOf(raw json.RawMessage) (string, error) {
	var any any
	if err := json.Unmarshal(raw, &any); err != nil {
		return "", err
	}
	var text string
	switch v := any.(type) {
	case nil:
	case string:
		text = v
	case float64:
		text = strconv.FormatFloat(v, 'f', -1, 64)
	default:
		return "", fmt.Errorf("%w: a value that is no text", errShape)
	}
	if len(text) > maxText || !utf8.ValidString(text) {
		return "", errBound
	}
	return strings.TrimSpace(text), nil
}

// texts are the values under the first of some keys that each has.
func texts(of []map[string]string, keys ...string) (out []string) {
	for _, v := range of {
		for _, key := range keys {
			if v[key] != "" {
				out = append(out, v[key])
				break
			}
		}
	}
	return out
}

func short(text string) string {
	if r := []rune(text); len(r) > keptText {
		return string(r[:keptText]) + "…"
	}
	return text
}
