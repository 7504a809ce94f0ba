//! What a hostile node does.

/// What a hostile node does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hostility {
    /// A byte a second, for ever.
    Drip,
    /// A body without end.
    Flood,
    /// Chunks without end.
    EndlessChunks,
    /// A list of 32 MiB of `{}`.
    EmptyObjects,
    /// An error of 12 MiB for each call.
    LongErrors,
    /// HTTP 403 with 12 MiB of text.
    LongPage,
    /// An error of 3.9 MiB, which is read.
    JustReadErrors,
    /// Numbers of 0x and 10 MB of digits.
    LongNumbers,
    /// Numbers that are as long as what is read.
    JustReadNumbers,
    /// The request's head as an error.
    EchoInErrors,
    /// The same without its percent-encoding.
    EchoDecoded,
    /// The same, with all of it percent-encoded.
    EchoEncoded,
    /// The head over and over, cut where it is long enough.
    EchoAgain,
    /// The head as the text of a revert.
    EchoInReverts,
    /// The head as the page of an HTTP 403.
    EchoInPage,
    /// The head as each result.
    EchoInResults,
    /// The head in headers, and an HTTP 500.
    EchoInHeaders,
    /// Control characters in errors.
    ControlInErrors,
    /// Control characters in the text of a revert.
    ControlInReverts,
    /// Control characters in the page of an HTTP 403.
    ControlInPage,
    /// Control characters as each result.
    ControlInResults,
    /// Control characters in each text of the right results: hashes, versions.
    ControlInFields,
    /// To another host.
    RedirectElsewhere,
    /// To itself.
    RedirectLoop,
    /// Little that unpacks to 512 MiB.
    GzipBomb,
    /// The same as zlib.
    DeflateBomb,
    /// Plain text that is said to be brotli.
    BrotliLie,
    /// A longer body is announced, and the connection stays open.
    LengthTooLong,
    /// A longer body is announced, and the connection ends.
    LengthAndEnd,
    /// A shorter body is announced.
    LengthTooShort,
    /// Less than nothing is announced.
    LengthNegative,
    /// More than any memory is announced.
    LengthHuge,
    /// Two lengths.
    TwoLengths,
    /// No length: the connection's end is that of the body.
    NoLength,
    /// Headers without end.
    EndlessHeaders,
    /// One header without end.
    EndlessHeader,
    /// A header a second.
    SlowHeaders,
    /// A list in a list, and so on.
    Nested,
    /// A result of the kind.
    NestedResults,
    /// What is beside an error is of the kind.
    NestedErrorData,
    /// Each answer twice.
    DuplicateIds,
    /// Ids of other calls.
    WrongIds,
    /// The right ids, as text.
    TextIds,
    /// More answers than calls.
    MoreAnswers,
    /// No answers.
    NoAnswers,
    /// One answer, not in a list.
    OneAnswer,
    /// Each result is null.
    Nulls,
    /// Another block each time: numbers, hashes and times go back and forth.
    OtherHeads,
    /// Bytes that are no text in each text of the right results.
    NoUtf8,
    /// Asked again, in half a million years.
    RetryNever,
    /// The connection ends before the request is read.
    Closes,
    /// The connection stays, silent.
    Silent,
    /// TLS where HTTP is spoken.
    Tls,
    /// Another protocol.
    Ssh,
    /// The right answers, in HTTP/1.0.
    OldHttp,
    /// The body without a head.
    NoHead,
    /// "100 Continue" without end.
    Continues,
}

impl Hostility {
    /// All of them.
    pub const ALL: [Self; 57] = [
        Self::Drip,
        Self::Flood,
        Self::EndlessChunks,
        Self::EmptyObjects,
        Self::LongErrors,
        Self::LongPage,
        Self::JustReadErrors,
        Self::LongNumbers,
        Self::JustReadNumbers,
        Self::EchoInErrors,
        Self::EchoDecoded,
        Self::EchoEncoded,
        Self::EchoAgain,
        Self::EchoInReverts,
        Self::EchoInPage,
        Self::EchoInResults,
        Self::EchoInHeaders,
        Self::ControlInErrors,
        Self::ControlInReverts,
        Self::ControlInPage,
        Self::ControlInResults,
        Self::ControlInFields,
        Self::RedirectElsewhere,
        Self::RedirectLoop,
        Self::GzipBomb,
        Self::DeflateBomb,
        Self::BrotliLie,
        Self::LengthTooLong,
        Self::LengthAndEnd,
        Self::LengthTooShort,
        Self::LengthNegative,
        Self::LengthHuge,
        Self::TwoLengths,
        Self::NoLength,
        Self::EndlessHeaders,
        Self::EndlessHeader,
        Self::SlowHeaders,
        Self::Nested,
        Self::NestedResults,
        Self::NestedErrorData,
        Self::DuplicateIds,
        Self::WrongIds,
        Self::TextIds,
        Self::MoreAnswers,
        Self::NoAnswers,
        Self::OneAnswer,
        Self::Nulls,
        Self::OtherHeads,
        Self::NoUtf8,
        Self::RetryNever,
        Self::Closes,
        Self::Silent,
        Self::Tls,
        Self::Ssh,
        Self::OldHttp,
        Self::NoHead,
        Self::Continues,
    ];

    /// Whether the right answers can be read all the same.
    #[must_use]
    pub const fn is_readable(self) -> bool {
        matches!(
            self,
            Self::OldHttp | Self::NoLength | Self::OtherHeads | Self::MoreAnswers | Self::TextIds
        )
    }
}
