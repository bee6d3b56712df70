import { onScopeDispose, readonly, ref, type Ref } from 'vue'

const WIDE = '(min-width: 60rem)'

/** True where a list has room for what is chosen beside it. */
export function useWide(): Readonly<Ref<boolean>> {
  const media = window.matchMedia(WIDE)
  const isWide = ref(media.matches)
  const follow = () => (isWide.value = media.matches)
  media.addEventListener('change', follow)
  onScopeDispose(() => media.removeEventListener('change', follow))
  return readonly(isWide)
}
