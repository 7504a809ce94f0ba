# What runs often, and has something to say seldom: else most of the journal would be systemd's own lines
# about it.
{
  LogLevelMax = "notice";
  SyslogLevel = "notice";
}
