package fold

import (
	"strings"

	"cenacle/internal/fault"
)

// Limits of E.164: digits of a number with its country, which has no number below seven.
const (
	minNumber = 7
	maxNumber = 15
	maxTyped  = 40 // bytes, as people write numbers
)

// overseas are the first four digits by which mobile telephones of the French territories
// outside Europe are called within France, and the country code that each is called by from
// everywhere (ARCEP, decision 2018-0881, annex).
func overseas(national string) string {
	switch national[:4] {
	case "0639", "0692", "0693":
		return "262"
	case "0690", "0691":
		return "590"
	case "0694":
		return "594"
	case "0696", "0697":
		return "596"
	}
	return "33"
}

// Mobile returns the one form of the number of a mobile telephone, E.164 with its plus:
// « 06 12 34 56 78 », « 0033 6 12 34 56 78 » and « +33 (0)6 12 34 56 78 » are one. Without
// a country it is a French one. What is no such number is a fault (Invalid,
// "mobile.invalid"); so is a French number that is not of a mobile telephone
// ("mobile.fixed"), to which no message goes.
func Mobile(typed string) (string, error) {
	invalid := fault.New(fault.Invalid, "mobile.invalid")
	if len(typed) > maxTyped {
		return "", invalid
	}
	number := strings.Map(func(c rune) rune {
		if strings.ContainsRune(" .-/()\u00a0\u202f\u2011", c) {
			return -1
		}
		return c
	}, strings.Replace(typed, "(0)", "", 1))
	if after, found := strings.CutPrefix(number, "00"); found {
		number = "+" + after
	}
	if len(number) == 10 && number[0] == '0' && onlyDigits(number) {
		if number[1] != '6' && number[1] != '7' {
			return "", fault.New(fault.Invalid, "mobile.fixed")
		}
		return "+" + overseas(number) + number[1:], nil
	}
	digits, found := strings.CutPrefix(number, "+")
	if !found || !onlyDigits(digits) || len(digits) < minNumber || len(digits) > maxNumber || digits[0] == '0' {
		return "", invalid
	}
	if french, found := strings.CutPrefix(digits, "33"); found {
		switch {
		case len(french) != 9:
			return "", invalid
		case french[0] != '6' && french[0] != '7':
			return "", fault.New(fault.Invalid, "mobile.fixed")
		}
	}
	return number, nil
}

func onlyDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
