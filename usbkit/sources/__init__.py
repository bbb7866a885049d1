"""The media library: videos, subtitles, attachments, and what is made of them. Sources are only ever read."""
