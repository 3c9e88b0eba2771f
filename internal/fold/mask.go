package fold

import "strings"

// MaskMobile is a number that [Mobile] made, as whoever has that telephone recognises it and
// nobody else learns it: « 06 •• •• •• 12 ».
func MaskMobile(number string) string {
	last := number[max(0, len(number)-2):]
	if strings.HasPrefix(number, "+33") && len(number) > 4 {
		return "0" + number[3:4] + " •• •• •• " + last
	}
	return number[:min(3, len(number))] + " •••• " + last
}

// MaskEmail is the same of an address that [Email] made: « c•••@exemple.fr ».
func MaskEmail(address string) string {
	local, domain, _ := strings.Cut(address, "@")
	for i := range local {
		if i > 0 {
			local = local[:i]
			break
		}
	}
	return local + "•••@" + domain
}
