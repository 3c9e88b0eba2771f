package fold

import (
	"flag"
	"mime"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

func TestName(t *testing.T) {
	long := strings.Repeat("é", 200)
	for _, tc := range []struct{ in, want string }{
		{"Pièce n° 3 — été 2024 (définitif) .pdf", "Pièce n° 3 — été 2024 (définitif) .pdf"},
		{"e\u0301te\u0301.pdf", "été.pdf"},
		{"  Mme Petit\u00a0\r\n", "Mme Petit"},
		{"ligne\nune\tdeux\u2028trois", "ligne une deux trois"},
		{"facture\u202efdp.exe", "facturefdp.exe"},
		{"a\x00b\x1b[31mc\u0085d", "ab[31mc d"},
		{"\u200b\ufeff\u3164\u200d", ""},
		{"Dupont c/ Martin", "Dupont c/ Martin"},
		{"👩\u200d⚖️.jpg", "👩\u200d⚖️.jpg"},
		{"a\xffb", "a\uFFFDb"},
		{long + ".pdf", strings.Repeat("é", 125) + ".pdf"},
		{long + "." + strings.Repeat("x", 40), strings.Repeat("é", 127)},
	} {
		if got := Name(tc.in); got != tc.want {
			t.Errorf("Name(%q) = %q, want %q", tc.in, got, tc.want)
		}
	}
}

func TestFile(t *testing.T) {
	for _, tc := range []struct{ in, want string }{
		{"Pièce n° 3 — été 2024 (définitif) .pdf", "Pièce n° 3 — été 2024 (définitif) .pdf"},
		{"../../etc/passwd", "_.._.._etc_passwd"},
		{`C:\fakepath\a.pdf`, "C__fakepath_a.pdf"},
		{"", "document"}, {"..", "document"}, {" . ", "document"},
		{".htaccess", "_.htaccess"}, {"rapport. . .", "rapport"},
		{"con", "_con"}, {"NUL.tar.gz", "_NUL.tar.gz"}, {"com1 .txt", "_com1 .txt"}, {"LPT².x", "_LPT².x"},
		{"COM10", "COM10"}, {"console", "console"}, {"contrat.pdf", "contrat.pdf"},
	} {
		if got := File(tc.in); got != tc.want {
			t.Errorf("File(%q) = %q, want %q", tc.in, got, tc.want)
		}
	}
}

var update = flag.Bool("update", false, "write testdata/hostile.txt again")

// TestUPL01_HostileNames runs every name of testdata/hostile.txt, one quoted
// Go string a line, which other packages read too.
func TestUPL01_HostileNames(t *testing.T) {
	names := hostile()
	var lines strings.Builder
	for _, n := range names {
		lines.WriteString(strconv.QuoteToASCII(n) + "\n")
	}
	const path = "testdata/hostile.txt"
	if *update {
		if err := os.WriteFile(path, []byte(lines.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	stored, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(stored) != lines.String() {
		t.Errorf("%s is not what hostile() makes; run with -update", path)
	}
	if len(names) < 300 {
		t.Errorf("%d names, want at least 300", len(names))
	}
	for _, n := range names {
		checkName(t, n)
		checkFile(t, n)
	}
}

func FuzzName(f *testing.F) {
	for _, n := range hostile() {
		f.Add(n)
	}
	f.Fuzz(func(t *testing.T, s string) {
		checkName(t, s)
		checkFile(t, s)
	})
}

func checkName(t *testing.T, in string) {
	t.Helper()
	got := Name(in)
	switch {
	case Name(got) != got:
		t.Errorf("Name(%q) = %q, cleaned again %q", in, got, Name(got))
	case !utf8.ValidString(got) || !norm.NFC.IsNormalString(got):
		t.Errorf("Name(%q) = %q is no NFC text", in, got)
	case len(got) > 255 || got != strings.TrimSpace(got):
		t.Errorf("Name(%q) = %q: too long or with space at the ends", in, got)
	case strings.ContainsFunc(got, func(r rune) bool {
		return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029'
	}):
		t.Errorf("Name(%q) = %q keeps a control character", in, got)
	}
}

// checkFile holds File to what three operating systems and a header need,
// stated without its code.
func checkFile(t *testing.T, in string) {
	t.Helper()
	got := File(in)
	if got == "" || got == "." || got == ".." || len(got) > 255 || File(got) != got {
		t.Errorf("File(%q) = %q, of itself %q", in, got, File(got))
	}
	if strings.ContainsAny(got, "/\\:*?\"<>|\x00\r\n") || strings.HasSuffix(got, ".") || strings.HasSuffix(got, " ") || strings.HasPrefix(got, ".") {
		t.Errorf("File(%q) = %q is refused or hidden by some system", in, got)
	}
	stem, _, _ := strings.Cut(strings.ToLower(got), ".")
	if slices.Contains(devices, strings.TrimRight(stem, " ")) {
		t.Errorf("File(%q) = %q is a device", in, got)
	}
	header := mime.FormatMediaType("attachment", map[string]string{"filename": got})
	kind, params, err := mime.ParseMediaType(header)
	if err != nil || kind != "attachment" || len(params) != 1 || params["filename"] != got {
		t.Errorf("File(%q) = %q reads back from %q as %v, %v", in, got, header, params, err)
	}
}

var devices = strings.Fields("con prn aux nul conin$ conout$ com0 com1 com2 com3 com4 com5 com6 com7 com8 com9 lpt0 lpt1 lpt2 lpt3 lpt4 lpt5 lpt6 lpt7 lpt8 lpt9 com¹ com² com³ lpt¹ lpt² lpt³")

// hostile makes names that broke other products: traversal, devices, headers,
// markup, formulas, shells, Unicode tricks, lengths.
func hostile() []string {
	var out []string
	for _, up := range []string{"../", `..\`, "/", `\`, "//", "./", "..//", "%2e%2e/", "%252e%252e%252f", "..%2f", "..%5c", "..;/", "．．／", "..\u2215", "..\u2044", "\xc0\xae\xc0\xae/", "C:/", `C:\`, `\\?\C:\`, `\\server\share\`, "file:///", "~/", "dossier/../../"} {
		out = append(out, up, up+"etc/passwd", up+up+up+"a.pdf", "a"+up+"b.pdf", "a.pdf"+up)
	}
	for _, d := range devices {
		out = append(out, d, strings.ToUpper(d)+".pdf", d+" .txt", d+":", "a/"+d)
	}
	for _, c := range []string{"\x00", "\x01", "\x07", "\b", "\t", "\n", "\r", "\r\n", "\x1b[31m", "\x7f", "\u0085", "\u00a0", "\u00ad", "\u061c", "\u180e", "\u200b", "\u200c", "\u200d", "\u200e", "\u200f", "\u2028", "\u2029", "\u202a", "\u202b", "\u202c", "\u202d", "\u202e", "\u2060", "\u2066", "\u2067", "\u2068", "\u2069", "\u2800", "\u3164", "\ufeff", "\ufff9", "\ufffe", "\uffff", "\U000e0041", "\xff", "\xc3", "\xed\xa0\x80", "\xf4\x90\x80\x80"} {
		out = append(out, c, "facture"+c+"fdp.exe", c+"a.pdf", "a.pdf"+c)
	}
	for _, s := range []string{`"`, `'`, "`", ";", "&", "|", "<", ">", "*", "?", ":", "$", "%", "#", "=", "+", "-", "@", "!", "{", "}", "[", "]", "(", ")", "^", "~", ",", " ", "."} {
		out = append(out, s, s+s, s+"a.pdf", "a"+s+".pdf", "a.pdf"+s)
	}
	out = append(out,
		"", "a.pdf\r\nSet-Cookie: x=1", `a.pdf"; filename="b.exe`, `a.pdf; filename*=UTF-8''b.exe`, "=?utf-8?B?YQ==?=", "a.pdf%00.exe", "a.pdf%0d%0aX: y",
		"<script>alert(1)</script>.pdf", `"><img src=x onerror=alert(1)>.png`, "javascript:alert(1)", "{{.}}.pdf", "${jndi:ldap://x}", "'; drop table document; --", `\u003cb\u003e`,
		`=cmd|' /C calc'!A0.csv`, "+1+1.csv", "-2+3.csv", "@SUM(1).csv", "\t=1.csv", "$(reboot).pdf", "`reboot`.pdf", "-rf", "--help", "a;rm -rf ~.pdf", "a|b.pdf", "%s%n%x.pdf",
		".htaccess", ".env", ".git/config", "desktop.ini", "Thumbs.db", "__MACOSX/._a", "web.config", "a.pdf::$DATA", "a.pdf:stream", "PROGRA~1", "a...........", "a. . . .pdf. . .",
		strings.Repeat("a", 255), strings.Repeat("a", 256), strings.Repeat("é", 128), strings.Repeat("😀", 64)+".pdf", strings.Repeat("a", 251)+".jpeg", "con."+strings.Repeat("a", 260),
		strings.Repeat("../", 200), "."+strings.Repeat("x", 300), "a."+strings.Repeat("x", 300), "a"+strings.Repeat("\u0301", 300), strings.Repeat("a.", 200), strings.Repeat(" ", 400)+"a",
		"été.pdf", "e\u0301te\u0301.pdf", "ÉTÉ.PDF", "ﬁ.pdf", "Ａ.ｐｄｆ", "ﷺ.pdf", "مرحبا.pdf", "שלום.pdf", "договор.pdf", "契約.pdf", "👩\u200d⚖️.jpg", "🏴\U000e0067\U000e0062\U000e007f.png",
	)
	return out
}

func TestOUT04_Cell(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "Bail.pdf": "Bail.pdf", "a=b": "a=b", "=1+1": "'=1+1", "+33": "'+33", "-2": "'-2", "@SUM(A1)": "'@SUM(A1)", "\t=1": "'\t=1", "\r=1": "'\r=1",
		"\n=1": "'\n=1", " =1": "' =1", "\u00a0@x": "'\u00a0@x", "\tBail": "'\tBail", "＝1": "'＝1", "\xff=": "\xff=", "  ": "  ",
	} {
		if got := Cell(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}
