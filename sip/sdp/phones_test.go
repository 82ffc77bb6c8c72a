package sdp_test

// Descriptions in the manner of phones and carriers, written for these tests.
var (
	// A desk phone of the T4 series: SAVP beside AVP is not offered, ptime in every codec.
	yealink = lines(
		"v=0", "o=- 20040 20040 IN IP4 192.168.1.40", "s=SDP data", "c=IN IP4 192.168.1.40", "t=0 0",
		"m=audio 11780 RTP/AVP 9 0 8 18 101",
		"a=rtpmap:9 G722/8000", "a=rtpmap:0 PCMU/8000", "a=rtpmap:8 PCMA/8000",
		"a=rtpmap:18 G729/8000", "a=fmtp:18 annexb=no",
		"a=ptime:20", "a=sendrecv",
		"a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-15",
	)
	// The same on hold, after a long press.
	yealinkHold = lines(
		"v=0", "o=- 20040 20041 IN IP4 192.168.1.40", "s=SDP data", "c=IN IP4 0.0.0.0", "t=0 0",
		"m=audio 11780 RTP/AVP 0 101", "a=rtpmap:0 PCMU/8000", "a=rtpmap:101 telephone-event/8000",
		"a=inactive",
	)
	// A headless softphone: bandwidth, an address for RTCP, opus in stereo, SSRC lines.
	baresip = lines(
		"v=0", "o=- 3826405541 1182726482 IN IP4 10.0.0.7", "s=-", "c=IN IP4 10.0.0.7", "t=0 0",
		"a=tool:baresip 1.0.0",
		"m=audio 17890 RTP/AVP 96 0 8 9 97 101",
		"b=AS:125", "a=rtpmap:96 opus/48000/2",
		"a=fmtp:96 stereo=1;sprop-stereo=1", "a=rtpmap:0 PCMU/8000", "a=rtpmap:8 PCMA/8000",
		"a=rtpmap:9 G722/8000", "a=rtpmap:97 telephone-event/48000", "a=rtpmap:101 telephone-event/8000",
		"a=fmtp:101 0-15", "a=rtcp:17891", "a=sendrecv", "a=label:1", "a=rtcp-rsize",
		"a=ssrc:2754832764 cname:sip:alice@10.0.0.7", "a=ptime:20", "a=minptime:10",
	)
	// A desk phone with static types unexplained, direction of the session, video refused.
	polycom = lines(
		"v=0", "o=- 1699970112 1699970112 IN IP4 10.20.30.40", "s=Polycom IP Phone", "c=IN IP4 10.20.30.40", "t=0 0",
		"a=sendonly",
		"m=audio 2226 RTP/AVP 9 0 8 18 127",
		"a=rtpmap:127 telephone-event/8000", "a=fmtp:18 annexb=no",
		"m=video 0 RTP/AVP 34",
	)
	// A softphone with SRTP, ICE and two dozen attributes.
	bria = lines(
		"v=0", "o=- 13328941 1 IN IP4 198.51.100.9", "s=Bria 6 release 6.5.2 stamp 1", "c=IN IP4 198.51.100.9",
		"b=AS:2064", "t=0 0", "a=ice-ufrag:4fA9", "a=ice-pwd:1aF00aaaaaaaaaaaaaaaaa",
		"m=audio 51234 RTP/SAVP 120 9 0 101",
		"a=rtpmap:120 opus/48000/2", "a=fmtp:120 useinbandfec=1; usedtx=1; maxaveragebitrate=64000",
		"a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-15",
		"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz|2^31",
		"a=crypto:2 AES_CM_128_HMAC_SHA1_32 inline:NzB4d1BINUAvLEw6UzF3WSJ+PSdFcGdUJShpX1Zj|2^20|1:4",
		"a=crypto:3 F8_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz",
		"a=crypto:4 AEAD_AES_256_GCM inline:QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=",
		"a=candidate:1 1 UDP 2130706431 198.51.100.9 51234 typ host",
		"a=rtcp:51235 IN IP4 198.51.100.10", "a=rtcp-mux", "a=sendrecv",
	)
	// A carrier: 183 with early media, ptime and maxptime.
	telnyx = lines(
		"v=0", "o=Telnyx 1700000000 1700000001 IN IP4 203.0.113.5", "s=Telnyx", "c=IN IP4 203.0.113.5", "t=0 0",
		"m=audio 28412 RTP/AVP 0 101", "a=rtpmap:0 PCMU/8000", "a=rtpmap:101 telephone-event/8000",
		"a=fmtp:101 0-16", "a=silenceSupp:off - - - -", "a=ptime:20", "a=maxptime:150", "a=rtcp:28413",
	)
	// A carrier: trunk with SRTP.
	twilio = lines(
		"v=0", "o=root 1463093017 1463093017 IN IP4 203.0.113.77", "s=Twilio Media Gateway", "c=IN IP4 203.0.113.77", "t=0 0",
		"m=audio 15342 RTP/SAVP 0 8 101",
		"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj",
		"a=rtpmap:0 PCMU/8000", "a=rtpmap:8 PCMA/8000", "a=rtpmap:101 telephone-event/8000",
		"a=fmtp:101 0-16", "a=ptime:20", "a=maxptime:20", "a=sendrecv",
	)
	// A gateway asking for fax, everything in capitals, audio switched off.
	faxGateway = lines(
		"v=0", "o=gw 77 78 IN IP4 203.0.113.80", "s=-", "c=IN IP4 203.0.113.80", "t=0 0",
		"m=audio 0 RTP/AVP 0",
		"m=image 17682 UDPTL T38",
		"a=T38FaxVersion:3", "a=T38MaxBitRate:14400", "a=T38FaxFillBitRemoval:0", "a=T38FaxTranscodingMMR",
		"a=T38FaxTranscodingJBIG:1", "a=T38FaxRateManagement:transferredTCF", "a=T38FaxMaxBuffer:2000",
		"a=T38FaxMaxDatagram:400", "a=T38FaxUdpEC:t38UDPFec",
	)
	// IPv6, each section with an address of its own, a host name in one.
	linphone6 = lines(
		"v=0", "o=alice 3001 2002 IN IP6 2001:db8::5", "s=Talk", "t=0 0",
		"m=audio 7078 RTP/AVPF 96", "c=IN IP6 2001:db8::5", "a=rtpmap:96 opus/48000/2",
		"m=video 9078 RTP/AVPF 97", "c=IN IP4 media.example.com", "a=rtpmap:97 H264/90000",
		"a=fmtp:97 profile-level-id=42801F", "a=recvonly",
	)
	phones = map[string]string{
		"yealink": yealink, "yealink hold": yealinkHold, "baresip": baresip, "polycom": polycom, "bria": bria,
		"telnyx": telnyx, "twilio": twilio, "fax gateway": faxGateway, "linphone": linphone6,
	}
)
