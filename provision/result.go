package provision

import "dialtone/store/record"

// result is what became of a request: a number for [record.ProvisioningEvent]'s
// Result, so that counting needs no look-up.
type result uint8

// The results, in the order of resultNames.
const (
	resServed result = iota
	resUploaded
	resNoSuchFile
	resBadToken
	resUnknownMAC
	resForeignMAC
	resDisabled
	resBadName
	resBadMethod
	resNetwork
	resUnauthorized
	resCertificate
	resBound
	resWrongDeviceURL
	resTooLarge
	resLimited
	resNoSpace
	resError
	results
)

var resultNames = [results]string{
	record.FetchServed, record.FetchUploaded, record.FetchNoSuchFile, record.FetchBadToken,
	record.FetchUnknownMAC, record.FetchForeignMAC, record.FetchDisabled, record.FetchBadName,
	record.FetchBadMethod, record.FetchNetwork, record.FetchUnauthorized, record.FetchCertificate, record.FetchBound,
	record.FetchWrongDeviceURL, record.FetchTooLarge, record.FetchLimited, record.FetchNoSpace,
	record.FetchError,
}

func (r result) String() string { return resultNames[r] }

// refusal says whether the request was refused.
func (r result) refusal() bool { return r != resServed && r != resUploaded }

// expected says whether phones meet the refusal in normal operation: every boot
// asks for files nobody serves.
func (r result) expected() bool { return r == resNoSuchFile }
