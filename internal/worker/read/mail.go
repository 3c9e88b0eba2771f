package read

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"github.com/emersion/go-message"
	_ "github.com/emersion/go-message/charset" // mails in other encodings than UTF-8
	"github.com/emersion/go-message/mail"
	"github.com/gabriel-vasile/mimetype"
)

const (
	maxMailParts = 200
	maxMailDepth = 10
)

// Letter is a mail as a page shows it: plain words, nothing of it rendered.
type Letter struct {
	From    string `json:"from"`
	To      string `json:"to"`
	Copy    string `json:"copy"`
	Date    string `json:"date"` // as the mail says
	Subject string `json:"subject"`
	Body    string `json:"body"`
	Files   []File `json:"files"` // what is attached
}

// File is one thing attached to a mail.
type File struct {
	Name  string `json:"name"`
	Media string `json:"media"` // found in the bytes
	Size  int64  `json:"size"`
}

// TaskMail returns a [Letter] as JSON.
const TaskMail = "mail"

func mailTask(_, _ string, _ int, in io.Reader, out io.Writer) error {
	raw, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	l, err := Mail(raw)
	if err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(l)
}

// Mail reads a mail: its plain text or, without one, the words of its page.
func Mail(raw []byte) (l Letter, err error) {
	e, err := message.Read(bytes.NewReader(raw))
	if err != nil && !message.IsUnknownCharset(err) {
		return l, err
	}
	h := mail.Header{Header: e.Header}
	for name, to := range map[string]*string{"From": &l.From, "To": &l.To, "Cc": &l.Copy, "Subject": &l.Subject, "Date": &l.Date} {
		if *to, err = h.Text(name); err != nil {
			*to = h.Get(name)
		}
		*to = strings.ToValidUTF8(*to, " ")
	}
	w := walker{letter: &l}
	if err := w.part(e, 0); err != nil && !errors.Is(err, errEnough) {
		return l, err
	}
	if l.Body = w.plain.String(); strings.TrimSpace(l.Body) == "" {
		l.Body = w.page.String()
	}
	return l, nil
}

// walker goes through the parts of a mail.
type walker struct {
	letter      *Letter
	wanted      int       // which of the files is written, from 1; 0 for none
	to          io.Writer // where
	plain, page builder
	parts       int
}

func (w *walker) part(e *message.Entity, depth int) error {
	if w.parts++; w.parts > maxMailParts || depth > maxMailDepth {
		return errBomb
	}
	kind, _, _ := e.Header.ContentType()
	disposition, _, _ := e.Header.ContentDisposition()
	if inner := e.MultipartReader(); inner != nil {
		for {
			p, err := inner.NextPart()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil && !message.IsUnknownCharset(err) {
				return err
			}
			if err := w.part(p, depth+1); err != nil {
				return err
			}
		}
	}
	if disposition == "attachment" || !strings.HasPrefix(kind, "text/") {
		name, err := (&mail.AttachmentHeader{Header: e.Header}).Filename()
		if err != nil || name == "" {
			name = kind
		}
		return w.file(strings.ToValidUTF8(name, " "), e.Body)
	}
	raw, err := io.ReadAll(io.LimitReader(e.Body, MostText))
	if err != nil {
		return err
	}
	if kind == pageMedia {
		return readPage(raw, &w.page)
	}
	return w.plain.add(Decode(raw) + "\n")
}

// TaskPart returns the bytes of one thing attached to a mail: that of the number
// of its page, from 1.
const TaskPart = "part"

func part(_, _ string, number int, in io.Reader, out io.Writer) error {
	raw, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	e, err := message.Read(bytes.NewReader(raw))
	if err != nil && !message.IsUnknownCharset(err) {
		return err
	}
	w := walker{letter: &Letter{}, wanted: number, to: out}
	if err := w.part(e, 0); err != nil && !errors.Is(err, errEnough) {
		return err
	}
	if len(w.letter.Files) < number || number < 1 {
		return errUnknown
	}
	return nil
}

// file notes one thing attached, and writes it when it is wanted.
func (w *walker) file(name string, body io.Reader) error {
	var head bytes.Buffer
	var to io.Writer = io.Discard
	if len(w.letter.Files)+1 == w.wanted {
		to = w.to
	}
	n, err := io.Copy(to, io.TeeReader(body, &first{&head}))
	if err != nil {
		return err
	}
	w.letter.Files = append(w.letter.Files, File{name, mimetype.Detect(head.Bytes()).String(), n})
	return nil
}

// first keeps the beginning of what is written to it.
type first struct{ *bytes.Buffer }

func (f *first) Write(b []byte) (int, error) {
	const enough = 3072
	if left := enough - f.Len(); left > 0 {
		f.Buffer.Write(b[:min(len(b), left)])
	}
	return len(b), nil
}

// readMail takes what a mail says, and the names of what is attached.
func readMail(raw []byte, b *builder) error {
	l, err := Mail(raw)
	if err != nil {
		return err
	}
	said := []string{l.Subject, l.From, l.To, l.Copy, l.Body}
	for _, f := range l.Files {
		said = append(said, f.Name)
	}
	return b.add(strings.Join(said, "\n"))
}
