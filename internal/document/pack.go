package document

import (
	"archive/zip"
	"context"
	"encoding/csv"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/fold"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/space"
)

// maxPacked is the most documents of one package.
const maxPacked = 10_000

// Packing chooses what goes into a package: some documents by name, or all that
// the actor sees of a folder, of a tray, or of the whole space.
type Packing struct {
	Space     id.Space
	Documents []id.Item
	Tray      space.Tray // without Documents: empty for all three
	Folder    id.Folder  // of that tray
}

// Package is documents about to be packed. Each is opened, decided and recorded
// when its turn comes, as a download of its own: one that was taken away
// meanwhile is left out, and said to be.
type Package struct {
	service *Service
	by      authz.Actor
	entries []packed
}

type packed struct {
	item  id.Item
	path  string
	title string
}

// Pack resolves what is chosen. Nothing that the actor sees: Invalid; more than
// fits: TooLarge.
func (s *Service) Pack(ctx context.Context, by authz.Actor, in Packing) (p Package, err error) {
	defer fault.Op(&err, "document.Pack(%s)", in.Space)
	p = Package{service: s, by: by}
	hasty := false
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		f, err := circle.Enter(a, by, in.Space, authz.SpaceSee)
		if err != nil {
			return err
		}
		found, err := s.chosen(a, by, in)
		if err != nil {
			return err
		}
		found = slices.DeleteFunc(found, func(d Document) bool { return !d.Nature.Takes(authz.WayZip) })
		if len(found) == 0 {
			return fault.New(fault.Invalid, "document.nothing_packed").In("document")
		}
		folders, err := space.Folders(a, in.Space)
		if err != nil {
			return err
		}
		if p.entries, err = arrange(a, f, found, folders); err != nil {
			return err
		}
		hasty, err = s.hasty(a, by, len(p.entries))
		return err
	})
	if err == nil && hasty {
		err = s.burst(ctx, by, in.Space)
	}
	return p, err
}

// chosen reads the documents of a packing that the actor sees.
func (s *Service) chosen(a *act.Act, by authz.Actor, in Packing) (out []Document, err error) {
	if len(in.Documents) > maxPacked {
		return nil, fault.New(fault.TooLarge, "document.many_packed", maxPacked)
	}
	for _, of := range in.Documents {
		h, _, err := item.Open(a, by, in.Space, item.Document, of, authz.DocumentRead)
		if fault.Is(err, fault.NotFound) {
			return nil, fault.Absent() // one that is not hers makes the whole request absent
		}
		if err != nil {
			return nil, err
		}
		d, err := one(a, by, h)
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	if len(in.Documents) > 0 {
		return out, nil
	}
	q := ListQuery{Space: in.Space, Tray: in.Tray, Folder: in.Folder, Limit: maxPage}
	for {
		page, err := s.ListIn(a, by, q)
		if err != nil {
			return nil, err
		}
		if out = append(out, page...); len(out) > maxPacked {
			return nil, fault.New(fault.TooLarge, "document.many_packed", maxPacked)
		}
		if len(page) < q.Limit {
			return out, nil
		}
		q.After = page[len(page)-1].ID
	}
}

// arrange gives each document its path: folders as in the space, names that
// every system takes, those that would meet numbered.
func arrange(a *act.Act, f authz.Facts, found []Document, folders []space.Folder) (out []packed, err error) {
	taken := map[string]bool{"index.csv": true}
	for _, d := range found {
		file, err := fileNameOf(a, f.Space, d.Current.ID)
		if err != nil {
			return nil, err
		}
		path := distinct(taken, trail(d.Folder, folders), fold.File(Shown(d.Title, file)))
		out = append(out, packed{d.ID, path, d.Title})
	}
	return out, nil
}

// fileNameOf is how the file of a version was called.
func fileNameOf(a *act.Act, in id.Space, v id.Version) (string, error) {
	box, err := a.SpaceBox(in)
	if err != nil {
		return "", err
	}
	var name []byte
	if err := a.Row(selectName, []any{v}, &name); err != nil {
		return "", err
	}
	return box.OpenText(versionPlace("name", v), name)
}

// trail is the folders that hold a document, from the outermost.
func trail(of id.Folder, folders []space.Folder) (path string) {
	for range folders { // no more steps than there are folders
		at := slices.IndexFunc(folders, func(f space.Folder) bool { return f.ID == of })
		if at < 0 {
			break
		}
		path, of = fold.File(folders[at].Name)+"/"+path, folders[at].Parent
	}
	return path
}

// distinct numbers a name that is taken in its folder; case and accents are not
// a difference on every system.
func distinct(taken map[string]bool, folder, name string) string {
	ext := extension(name)
	stem := strings.TrimSuffix(name, ext)
	path := folder + name
	for n := 2; taken[fold.Key(path)]; n++ {
		path = fmt.Sprintf("%s%s (%d)%s", folder, stem, n, ext)
	}
	taken[fold.Key(path)] = true
	return path
}

// WriteTo writes the package, opening one document after the other, and an index
// with the SHA-256 of each at its end. Nothing is kept on the way. An error ends
// it in the middle: what was written is no package.
func (p Package) WriteTo(ctx context.Context, w io.Writer) (err error) {
	defer fault.Op(&err, "document.Package")
	z := zip.NewWriter(w)
	index := [][]string{{"path", "title", "bytes", "sha256", "modified"}}
	for _, e := range p.entries {
		line, err := p.write(ctx, z, e)
		if err != nil {
			return err
		}
		index = append(index, line)
	}
	out, err := z.CreateHeader(&zip.FileHeader{Name: "index.csv", Method: zip.Deflate})
	if err != nil {
		return err
	}
	if _, err := io.WriteString(out, "\ufeff"); err != nil { // by which office programs know the letters
		return err
	}
	if err := csv.NewWriter(out).WriteAll(index); err != nil {
		return err
	}
	return z.Close()
}

// write packs one document and returns its line of the index.
func (p Package) write(ctx context.Context, z *zip.Writer, e packed) (line []string, err error) {
	c, err := p.service.Content(ctx, p.by, Want{Item: e.item, Purpose: Download})
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden) {
		return []string{"", fold.Cell(e.title), "", "", ""}, nil // taken away meanwhile, or held by the scanner
	}
	if err != nil {
		return nil, err
	}
	defer c.Reader.Close() // read only
	h := &zip.FileHeader{Name: e.path, Method: methodOf(c.Media), Modified: c.Modified.UTC()}
	out, err := z.CreateHeader(h)
	if err != nil {
		return nil, err
	}
	if err := copyChecked(ctx, out, c); err != nil {
		return nil, err
	}
	return []string{fold.Cell(e.path), fold.Cell(e.title), strconv.FormatInt(c.Size, 10), hex.EncodeToString(c.SHA256[:]), c.Modified.UTC().Format(time.RFC3339)}, nil
}

// checkedEvery is how many bytes pass between two looks at the right.
const checkedEvery = 16 << 20

// copyChecked copies a content and asks on the way whether it may go on.
func copyChecked(ctx context.Context, to io.Writer, c Content) error {
	for {
		_, err := io.CopyN(to, c.Reader, checkedEvery)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := c.Recheck(ctx); err != nil {
			return err
		}
	}
}

// methodOf compresses what compresses.
func methodOf(media string) uint16 {
	if strings.HasPrefix(media, "text/") || strings.HasPrefix(media, "message/") || strings.Contains(media, "xml") && !strings.Contains(media, "officedocument") {
		return zip.Deflate
	}
	return zip.Store
}
