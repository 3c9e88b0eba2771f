package api

import (
	"strconv"
	"unicode/utf8"
)

// AppendJSON writes a page of documents, a thousand lines of which are asked
// for often. It says what encoding/json would; a test compares the two.
func (d Documents) AppendJSON(b []byte) []byte {
	if b == nil {
		b = make([]byte, 0, 64+640*len(d.Documents))
	}
	b = append(b, `{"documents":[`...)
	for i := range d.Documents {
		if i > 0 {
			b = append(b, ',')
		}
		b = d.Documents[i].appendTo(b)
	}
	b = append(b, ']')
	if d.Next != "" {
		b = appendText(append(b, `,"next":`...), d.Next)
	}
	return append(b, "}\n"...)
}

func (d *Document) appendTo(b []byte) []byte {
	b = appendText(append(b, `{"id":`...), string(d.ID))
	b = appendText(append(b, `,"space":`...), string(d.Space))
	b = appendText(append(b, `,"tray":`...), d.Tray)
	if d.Folder != "" {
		b = appendText(append(b, `,"folder":`...), string(d.Folder))
	}
	if d.Deposit != "" {
		b = appendText(append(b, `,"deposit":`...), string(d.Deposit))
	}
	b = appendText(append(b, `,"title":`...), d.Title)
	if d.Nature != "" {
		b = appendText(append(b, `,"nature":`...), d.Nature)
	}
	if d.Internal {
		b = append(b, `,"internal":true`...)
	}
	b = appendText(append(b, `,"author":`...), string(d.Author))
	b = appendText(append(b, `,"author_name":`...), d.AuthorName)
	b = appendInstant(append(b, `,"created_at":`...), d.Created)
	b = strconv.AppendBool(append(b, `,"read":`...), d.Read)
	b = d.Version.appendTo(append(b, `,"version":`...))
	for i, to := range d.Audience {
		if i == 0 {
			b = append(b, `,"audience":[`...)
		} else {
			b = append(b, ',')
		}
		b = to.appendTo(b)
	}
	if len(d.Audience) > 0 {
		b = append(b, ']')
	}
	return append(b, '}')
}

func (v *Version) appendTo(b []byte) []byte {
	b = appendText(append(b, `{"id":`...), string(v.ID))
	b = strconv.AppendInt(append(b, `,"number":`...), v.Number, 10)
	b = appendText(append(b, `,"author":`...), string(v.Author))
	b = strconv.AppendInt(append(b, `,"size":`...), v.Size, 10)
	b = appendText(append(b, `,"media":`...), v.Media)
	b = appendInstant(append(b, `,"created_at":`...), v.Created)
	if v.Screening != nil {
		b = v.Screening.appendTo(append(b, `,"screening":`...))
	}
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
	b = appendText(append(b, `{"circle":`...), string(a.Circle))
	b = appendInstant(append(b, `,"sent_at":`...), a.Sent)
	if a.Extended {
		b = append(b, `,"extended":true`...)
	}
	return append(b, '}')
}

func appendInstant(b []byte, i Instant) []byte { return append(i.appendTo(append(b, '"')), '"') }

const hexDigits = "0123456789abcdef"

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
