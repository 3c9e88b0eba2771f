package api

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"cenacle/internal/fault"
)

// AppendJSON writes a page of documents, a thousand lines of which are asked
// for often. It says what encoding/json would; a test compares the two.
func (d Documents) AppendJSON(b []byte) []byte {
	b = slices.Grow(b, 64+d.width()*len(d.Documents))
	b = append(b, `{"documents":[`...)
	only := d.only
	if only == 0 {
		only = allFields
	}
	for i := range d.Documents {
		if i > 0 {
			b = append(b, ',')
		}
		b = d.Documents[i].appendTo(b, only)
	}
	b = append(b, ']')
	if d.Next != "" {
		b = appendText(append(b, `,"next":`...), d.Next)
	}
	return append(b, "}\n"...)
}

// width is about how many bytes one of the documents takes.
func (d Documents) width() int {
	if d.only == 0 || d.only&ofVersion == ofVersion {
		return 640
	}
	return 160
}

// fields are those of a document that a list has, beside its identifier.
type fields uint32

const (
	ofSpace fields = 1 << iota
	ofTray
	ofFolder
	ofDeposit
	ofTitle
	ofNature
	ofInternal
	ofAuthor
	ofAuthorName
	ofCreated
	ofRead
	ofAudience
	ofVersionID
	ofVersionNumber
	ofVersionAuthor
	ofVersionSize
	ofVersionMedia
	ofVersionCreated
	ofVersionScreening

	allFields fields = 1<<iota - 1
	ofVersion        = ofVersionID | ofVersionNumber | ofVersionAuthor | ofVersionSize | ofVersionMedia | ofVersionCreated | ofVersionScreening
)

var fieldNames = map[string]fields{
	"id": 0, "space": ofSpace, "tray": ofTray, "folder": ofFolder, "deposit": ofDeposit, "title": ofTitle, "nature": ofNature,
	"internal": ofInternal, "author": ofAuthor, "author_name": ofAuthorName, "created_at": ofCreated, "read": ofRead, "audience": ofAudience,
	"version": ofVersion, "version.id": ofVersionID, "version.number": ofVersionNumber, "version.author": ofVersionAuthor,
	"version.size": ofVersionSize, "version.media": ofVersionMedia, "version.created_at": ofVersionCreated, "version.screening": ofVersionScreening,
}

// noFields is a list that has identifiers alone.
const noFields fields = 1 << 31

// chosenFields reads the names of fields; none for all of them.
func chosenFields(list string) (out fields, err error) {
	if list == "" {
		return 0, nil
	}
	out = noFields
	for name := range strings.SplitSeq(list, ",") {
		f, known := fieldNames[name]
		if !known {
			return 0, fault.New(fault.Invalid, "api.field", name).In("?fields")
		}
		out |= f
	}
	return out, nil
}

// has reports whether a list shows a field.
func (f fields) has(one fields) bool { return f == 0 || f&one != 0 }

func (d *Document) appendTo(b []byte, only fields) []byte {
	b = appendID(append(b, `{"id":`...), d.ID)
	if only&ofSpace != 0 {
		b = appendID(append(b, `,"space":`...), d.Space)
	}
	if only&ofTray != 0 {
		b = appendText(append(b, `,"tray":`...), d.Tray)
	}
	if only&ofFolder != 0 && d.Folder != "" {
		b = appendID(append(b, `,"folder":`...), d.Folder)
	}
	if only&ofDeposit != 0 && d.Deposit != "" {
		b = appendID(append(b, `,"deposit":`...), d.Deposit)
	}
	if only&ofTitle != 0 {
		b = appendText(append(b, `,"title":`...), d.Title)
	}
	if only&ofNature != 0 && d.Nature != "" {
		b = appendText(append(b, `,"nature":`...), d.Nature)
	}
	if d.Internal && only&ofInternal != 0 {
		b = append(b, `,"internal":true`...)
	}
	if only&ofAuthor != 0 {
		b = appendID(append(b, `,"author":`...), d.Author)
	}
	if only&ofAuthorName != 0 {
		b = appendText(append(b, `,"author_name":`...), d.AuthorName)
	}
	if only&ofCreated != 0 {
		b = appendInstant(append(b, `,"created_at":`...), d.Created)
	}
	if only&ofRead != 0 {
		b = strconv.AppendBool(append(b, `,"read":`...), d.Read)
	}
	if only&ofVersion != 0 {
		b = d.Version.appendTo(append(b, `,"version":`...), only)
	}
	if only&ofAudience != 0 {
		b = appendAudience(b, d.Audience)
	}
	return append(b, '}')
}

func appendAudience(b []byte, audience []Address) []byte {
	for i, to := range audience {
		if i == 0 {
			b = append(b, `,"audience":[`...)
		} else {
			b = append(b, ',')
		}
		b = to.appendTo(b)
	}
	if len(audience) > 0 {
		b = append(b, ']')
	}
	return b
}

func (v *Version) appendTo(b []byte, only fields) []byte {
	begin := len(b)
	if only&ofVersionID != 0 {
		b = appendID(append(b, `,"id":`...), v.ID)
	}
	if only&ofVersionNumber != 0 {
		b = strconv.AppendInt(append(b, `,"number":`...), v.Number, 10)
	}
	if only&ofVersionAuthor != 0 {
		b = appendID(append(b, `,"author":`...), v.Author)
	}
	if only&ofVersionSize != 0 {
		b = strconv.AppendInt(append(b, `,"size":`...), v.Size, 10)
	}
	if only&ofVersionMedia != 0 {
		b = appendText(append(b, `,"media":`...), v.Media)
	}
	if only&ofVersionCreated != 0 {
		b = appendInstant(append(b, `,"created_at":`...), v.Created)
	}
	if only&ofVersionScreening != 0 && v.Screening != nil {
		b = v.Screening.appendTo(append(b, `,"screening":`...))
	}
	if len(b) == begin {
		return append(b, "{}"...)
	}
	b[begin] = '{' // in the place of the first comma
	return append(b, '}')
}

func (c *Screening) appendTo(b []byte) []byte {
	b = appendText(append(b, `{"state":`...), c.State)
	if c.Why != "" {
		b = appendText(append(b, `,"why":`...), c.Why)
	}
	b = strconv.AppendBool(append(b, `,"held":`...), c.Held)
	if c.Found != "" {
		b = appendText(append(b, `,"found":`...), c.Found)
	}
	if c.Engine != "" {
		b = appendText(append(b, `,"engine":`...), c.Engine)
	}
	return append(appendInstant(append(b, `,"at":`...), c.At), '}')
}

func (a Address) appendTo(b []byte) []byte {
	b = appendID(append(b, `{"circle":`...), a.Circle)
	b = appendInstant(append(b, `,"sent_at":`...), a.Sent)
	if a.Extended {
		b = append(b, `,"extended":true`...)
	}
	return append(b, '}')
}

func appendInstant(b []byte, i Instant) []byte { return append(i.appendTo(append(b, '"')), '"') }

const hexDigits = "0123456789abcdef"

// appendID writes an identifier, in whose alphabet nothing needs escaping.
func appendID[I ~string](b []byte, one I) []byte { return append(append(append(b, '"'), one...), '"') }

// appendText writes a JSON string (RFC 8259, 7). What is no UTF-8 becomes the
// replacement character.
func appendText(b []byte, s string) []byte {
	b = append(b, '"')
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(s[i:])
			if (r != utf8.RuneError || n > 1) && r != '\u2028' && r != '\u2029' {
				i += n
				continue
			}
			b = append(b, s[from:i]...)
			b = appendEscaped(b, r)
			i += n
			from = i
			continue
		}
		b = append(b, s[from:i]...)
		b = appendEscaped(b, rune(c))
		i++
		from = i
	}
	return append(append(b, s[from:]...), '"')
}

func appendEscaped(b []byte, r rune) []byte {
	switch r {
	case '"', '\\':
		return append(b, '\\', byte(r))
	case '\n':
		return append(b, `\n`...)
	case '\r':
		return append(b, `\r`...)
	case '\t':
		return append(b, `\t`...)
	case '\b':
		return append(b, `\b`...)
	case '\f':
		return append(b, `\f`...)
	}
	return append(b, '\\', 'u', hexDigits[r>>12&15], hexDigits[r>>8&15], hexDigits[r>>4&15], hexDigits[r&15])
}
