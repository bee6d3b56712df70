import type { Feature } from '@/app/feature'
import { isOfficer } from '@/app/roles'

export const map: Feature = {
  routes: [{ path: '/map', name: 'map', component: () => import('./MapPage.vue') }],
  tabs: [{ route: 'map', title: 'map.title', icon: 'location-o', order: 20, for: isOfficer }],
  messages: {
    'map.title': '地图',
    'map.label': '任务位置图',
    'map.me': '我的位置',
    'map.center': '回到我的位置',
    'map.all': '显示全部任务',
    'map.north': '北',
    'map.plain': '没有底图,只显示方位和距离。',
    'map.approval': '审图号:{number}',
    'map.bearing': '方位角{n}°',
    'map.accuracy': '误差约{n}米',
    'map.none': '没有带坐标的任务。',
    'map.without': '没有坐标的任务:{n}件,请看地址。',
    'map.choose': '点任务的标记,看方向和距离。',
    'map.hint.denied': '没有允许定位。在浏览器设置中允许后,显示您的位置。',
    'map.hint.unavailable': '暂时没有定位。在室外等一会儿再看。',
  },
  english: () => import('./english'),
}
