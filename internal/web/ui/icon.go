package ui

import "strings"

// Icon is the name of a Tabler icon. The build collects those written in
// templates ({{icon "lock"}}) and in Go (Icon: "lock", Icon = "lock").
type Icon string

// The icons that stand for what a file is.
const (
	iconFile    Icon = "file"
	iconPDF     Icon = "file-type-pdf"
	iconText    Icon = "file-text"
	iconWord    Icon = "file-type-doc"
	iconTable   Icon = "table"
	iconPicture Icon = "photo"
	iconVideo   Icon = "movie"
	iconSound   Icon = "file-music"
	iconArchive Icon = "file-zip"
	iconMail    Icon = "mail"
)

// MediaIcon returns the icon for a media type (RFC 6838); an unknown one is
// shown as a plain file.
func MediaIcon(media string) Icon {
	media, _, _ = strings.Cut(media, ";")
	major, minor, _ := strings.Cut(media, "/")
	switch major {
	case "image":
		return iconPicture
	case "video":
		return iconVideo
	case "audio":
		return iconSound
	case "message":
		return iconMail
	case "text":
		if minor == "csv" {
			return iconTable
		}
		return iconText
	}
	switch {
	case minor == "pdf":
		return iconPDF
	case strings.Contains(minor, "spreadsheet"), strings.Contains(minor, "excel"):
		return iconTable
	case strings.Contains(minor, "wordprocessing"), minor == "msword", strings.HasSuffix(minor, "opendocument.text"):
		return iconWord
	case strings.Contains(minor, "zip"), strings.Contains(minor, "tar"), strings.Contains(minor, "compressed"):
		return iconArchive
	case strings.Contains(minor, "outlook"):
		return iconMail
	}
	return iconFile
}
