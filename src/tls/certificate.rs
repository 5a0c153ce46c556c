//! What of a certificate (RFC 5280) has to be looked at beside webpki, which looks at no `keyUsage` and takes a root for
//! valid at any time, which takes no certificate for a server's own that may issue others, and which holds
//! `nameConstraints` against alternative names alone: Node takes a name from the subject, too.

use rustls::pki_types::UnixTime;

const SEQUENCE: u8 = 0x30;
const BOOLEAN: u8 = 0x01;
const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;
const OID: u8 = 0x06;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const VERSION: u8 = 0xa0;
const EXTENSIONS: u8 = 0xa3;
/// In `authorityKeyIdentifier`.
const KEY_ID: u8 = 0x80;

/// Extensions of 2.5.29.
const SUBJECT_KEY_ID: u8 = 14;
const KEY_USAGE: u8 = 15;
const BASIC_CONSTRAINTS: u8 = 19;
const AUTHORITY_KEY_ID: u8 = 35;
const EXTENDED_KEY_USAGE: u8 = 37;
const NAME_CONSTRAINTS: u8 = 30;
/// Extensions that may be critical, because this file or webpki checks them, or because they need no check: beside
/// the above `subjectAltName`, and what belongs to policies.
const KNOWN: [u8; 10] = [
    SUBJECT_KEY_ID,
    KEY_USAGE,
    17,
    BASIC_CONSTRAINTS,
    32,
    33,
    AUTHORITY_KEY_ID,
    36,
    EXTENDED_KEY_USAGE,
    54,
];
/// 1.3.6.1.5.5.7.3.1
const SERVER_AUTH: [u8; 8] = [0x2b, 6, 1, 5, 5, 7, 3, 1];
/// 2.16.840.1.113730.1.1, which says in the manner of Netscape what a certificate is for.
const NS_CERT_TYPE: [u8; 9] = [0x60, 0x86, 0x48, 1, 0x86, 0xf8, 0x42, 1, 1];
const NS_SERVER: u8 = 0x40;

/// Bits of `keyUsage`, as its first byte has them.
const DIGITAL_SIGNATURE: u8 = 0x80;
const KEY_ENCIPHERMENT: u8 = 0x20;
const KEY_AGREEMENT: u8 = 0x08;
const KEY_CERT_SIGN: u8 = 0x04;

/// The fields of a certificate that are looked at.
#[derive(Clone, Copy, Debug)]
pub struct Certificate<'a> {
    pub issuer: &'a [u8],
    pub subject: &'a [u8],
    /// Seconds since 1970, both ends included.
    not_before: i64,
    not_after: i64,
    /// It is of version 1, which has no extensions.
    is_first_version: bool,
    key_usage: Option<u8>,
    /// What `basicConstraints` says: whether it may issue others, and how many stand between.
    issues: Option<(bool, Option<usize>)>,
    key_id: Option<&'a [u8]>,
    issuer_key_id: Option<&'a [u8]>,
    /// There is `extKeyUsage`, and it does not name servers.
    excludes_servers: bool,
    ns_type: Option<u8>,
    /// There is a critical extension that is not known here, or names are constrained.
    has_unknown: bool,
}

impl<'a> Certificate<'a> {
    /// `None` if it cannot be read.
    pub fn read(der: &'a [u8]) -> Option<Self> {
        let mut certificate = Reader(Reader(der).only(SEQUENCE)?);
        let mut fields = Reader(certificate.take(SEQUENCE)?);
        let version = fields.take_if(VERSION)?;
        fields.take(INTEGER)?;
        fields.take(SEQUENCE)?; // the algorithm of the signature
        let issuer = fields.take(SEQUENCE)?;
        let mut validity = Reader(fields.take(SEQUENCE)?);
        let not_before = validity.time()?;
        let not_after = validity.time()?;
        let subject = fields.take(SEQUENCE)?;
        fields.take(SEQUENCE)?; // the public key
        let mut read = Self {
            issuer,
            subject,
            not_before,
            not_after,
            is_first_version: version.is_none(),
            key_usage: None,
            issues: None,
            key_id: None,
            issuer_key_id: None,
            excludes_servers: false,
            ns_type: None,
            has_unknown: false,
        };
        // Between the key and the extensions there may be two identifiers, which are not used.
        while !fields.0.is_empty() {
            let (tag, content) = fields.next()?;
            if tag == EXTENSIONS {
                read.read_extensions(Reader(content).only(SEQUENCE)?)?;
            }
        }
        Some(read)
    }

    fn read_extensions(&mut self, list: &'a [u8]) -> Option<()> {
        let mut list = Reader(list);
        while !list.0.is_empty() {
            let mut extension = Reader(list.take(SEQUENCE)?);
            let id = extension.take(OID)?;
            let is_critical = extension.flag()?;
            let value = extension.take(OCTET_STRING)?;
            match id {
                [0x55, 0x1d, number] if KNOWN.contains(number) => {
                    self.read_extension(*number, Reader(value))?;
                }
                [0x55, 0x1d, NAME_CONSTRAINTS] => self.has_unknown = true,
                _ if *id == NS_CERT_TYPE => {
                    self.ns_type = Some(first_byte(Reader(value).only(BIT_STRING)?));
                    self.has_unknown |= is_critical;
                }
                _ => self.has_unknown |= is_critical,
            }
        }
        Some(())
    }

    fn read_extension(&mut self, number: u8, value: Reader<'a>) -> Option<()> {
        match number {
            SUBJECT_KEY_ID => self.key_id = Some(value.only(OCTET_STRING)?),
            AUTHORITY_KEY_ID => {
                self.issuer_key_id = Reader(value.only(SEQUENCE)?).take_if(KEY_ID)?;
            }
            BASIC_CONSTRAINTS => {
                let mut fields = Reader(value.only(SEQUENCE)?);
                let is_one = fields.flag()?;
                let between = fields.take_if(INTEGER)?.map(|bytes| match bytes {
                    [number] if *number < 0x80 => usize::from(*number),
                    _ => 0,
                });
                self.issues = Some((is_one, between));
            }
            KEY_USAGE => self.key_usage = Some(first_byte(value.only(BIT_STRING)?)),
            EXTENDED_KEY_USAGE => {
                let mut purposes = Reader(value.only(SEQUENCE)?);
                self.excludes_servers = true;
                while !purposes.0.is_empty() {
                    self.excludes_servers &= purposes.take(OID)? != SERVER_AUTH;
                }
            }
            _ => {}
        }
        Some(())
    }

    /// It is its own issuer, by its name and by the names of the keys.
    pub fn is_self_issued(&self) -> bool {
        self.issuer == self.subject && self.may_be_of(self)
    }

    /// Its issuer's key does not have another name than that of `issuer`.
    pub fn may_be_of(&self, issuer: &Certificate<'_>) -> bool {
        let keys = self.issuer_key_id.zip(issuer.key_id);
        keys.is_none_or(|(wanted, its)| wanted == its)
    }

    pub fn is_valid_at(&self, now: UnixTime) -> bool {
        i64::try_from(now.as_secs())
            .is_ok_and(|now| (self.not_before..=self.not_after).contains(&now))
    }

    fn may(&self, usages: u8) -> bool {
        self.key_usage.is_none_or(|bits| bits & usages != 0)
    }

    /// It may issue certificates of servers, with `between` others between itself and those. One of version 1 may, and
    /// one without `basicConstraints` whose key is for that, as with OpenSSL: the caller knows that it is a root.
    pub fn may_issue(&self, between: usize) -> bool {
        let is_authority = match self.issues {
            Some((issues, limit)) => issues && limit.is_none_or(|limit| between <= limit),
            None => self.is_first_version || self.key_usage.is_some(),
        };
        is_authority && self.may(KEY_CERT_SIGN) && !self.excludes_servers && !self.has_unknown
    }

    /// Its key may be used for TLS of a server, as far as `keyUsage` and `nsCertType` go.
    pub fn may_speak_tls(&self) -> bool {
        self.may(DIGITAL_SIGNATURE | KEY_ENCIPHERMENT | KEY_AGREEMENT)
            && self.ns_type.is_none_or(|bits| bits & NS_SERVER != 0)
    }

    /// It may be a server's, if it is trusted by itself.
    pub fn is_servers_own(&self) -> bool {
        self.may_speak_tls() && !self.excludes_servers && !self.has_unknown
    }
}

/// The first eight bits of a string of bits.
fn first_byte(bits: &[u8]) -> u8 {
    bits.get(1).copied().unwrap_or(0)
}

/// Reads DER from the front.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// The next value, whatever it is: its tag and its content.
    fn next(&mut self) -> Option<(u8, &'a [u8])> {
        let (&tag, rest) = self.0.split_first()?;
        let (&first, mut rest) = rest.split_first()?;
        let mut length = usize::from(first);
        if first & 0x80 != 0 {
            let (bytes, behind) = rest.split_at_checked(usize::from(first & 0x7f))?;
            if bytes.is_empty() || bytes.len() > 3 {
                return None;
            }
            length = bytes
                .iter()
                .fold(0, |sum, byte| sum << 8 | usize::from(*byte));
            rest = behind;
        }
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((tag, content))
    }

    fn take(&mut self, wanted: u8) -> Option<&'a [u8]> {
        let (tag, content) = self.next()?;
        (tag == wanted).then_some(content)
    }

    /// The next value if it has this tag; `None` if nothing can be read.
    fn take_if(&mut self, wanted: u8) -> Option<Option<&'a [u8]>> {
        match self.0.first() {
            Some(tag) if *tag == wanted => self.take(wanted).map(Some),
            _ => Some(None),
        }
    }

    /// A truth value, false if it is left out.
    fn flag(&mut self) -> Option<bool> {
        Some(self.take_if(BOOLEAN)?.is_some_and(|value| value != [0]))
    }

    /// The only value.
    fn only(mut self, wanted: u8) -> Option<&'a [u8]> {
        let content = self.take(wanted)?;
        self.0.is_empty().then_some(content)
    }

    /// A time of day in Greenwich, in seconds since 1970.
    fn time(&mut self) -> Option<i64> {
        let (tag, text) = self.next()?;
        let digits = text.strip_suffix(b"Z")?;
        let year_digits = match tag {
            UTC_TIME => 2,
            GENERALIZED_TIME => 4,
            _ => return None,
        };
        if digits.len() != year_digits + 10 || !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let number = |digits: &[u8]| {
            digits
                .iter()
                .fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0'))
        };
        let (year, rest) = digits.split_at(year_digits);
        let mut year = number(year);
        if tag == UTC_TIME {
            year += if year < 50 { 2000 } else { 1900 };
        }
        let mut parts = rest.chunks(2).map(number);
        let mut part = || parts.next().unwrap_or(0);
        let (month, day, hour, minute, second) = (part(), part(), part(), part(), part());
        Some(days(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second)
    }
}

/// Days from 1970-01-01 to a date of the Gregorian calendar, counted in years that begin with March.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let month = (month + 9) % 12;
    let of_months = (153 * month + 2) / 5;
    365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + of_months + day
        - 1
        - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_days_since_1970() {
        for (date, wanted) in [
            ((1970, 1, 1), 0),
            ((1969, 12, 31), -1),
            ((2000, 2, 29), 11_016),
            ((2000, 3, 1), 11_017),
            ((2026, 11, 27), 20_784),
            ((2100, 3, 1), 47_541),
            ((1950, 1, 1), -7_305),
        ] {
            assert_eq!(days(date.0, date.1, date.2), wanted, "{date:?}");
        }
    }

    #[test]
    fn both_forms_of_time_are_read() {
        let read = |tag: u8, text: &str| {
            let length = u8::try_from(text.len()).unwrap();
            let der = [&[tag, length], text.as_bytes()].concat();
            Reader(&der).time()
        };
        assert_eq!(read(UTC_TIME, "700101000001Z"), Some(1));
        assert_eq!(read(UTC_TIME, "491231235959Z"), Some(2_524_607_999));
        assert_eq!(
            read(GENERALIZED_TIME, "20500101000000Z"),
            Some(2_524_608_000)
        );
        assert_eq!(read(UTC_TIME, "700101000001"), None);
        assert_eq!(read(UTC_TIME, "7001010000+1Z"), None);
        assert_eq!(read(GENERALIZED_TIME, "500101000000Z"), None);
        assert_eq!(read(OID, "700101000001Z"), None);
    }

    #[test]
    fn what_is_cut_off_or_too_long_cannot_be_read() {
        let whole = [SEQUENCE, 3, INTEGER, 1, 5];
        assert_eq!(Reader(&whole).only(SEQUENCE), Some(&whole[2..]));
        for end in 0..whole.len() {
            assert_eq!(Reader(&whole[..end]).only(SEQUENCE), None);
        }
        assert_eq!(Reader(&[SEQUENCE, 0x80]).only(SEQUENCE), None);
        assert_eq!(Reader(&[SEQUENCE, 0x84, 0, 0, 0, 0]).only(SEQUENCE), None);
        assert_eq!(Reader(&[SEQUENCE, 0, 0]).only(SEQUENCE), None);
    }
}
