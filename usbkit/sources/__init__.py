"""The media library: videos, subtitles, attachments, and everything derived from them. Sources are only ever read."""
